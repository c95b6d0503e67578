// SPDX-License-Identifier: Apache-2.0
/* What HTTP and TLS say when they fail. */
export default {
	"HTTP needs libcurl: %s": "HTTP 需要 libcurl：{1}",
	"the answer's header is longer than %llu bytes": "应答头超过 {1} 字节",
	"the server sent another part than was asked for": "服务器返回的范围与请求的不同",
	"the answer is longer than %llu bytes": "应答超过 {1} 字节",
	"libcurl has no %s": "libcurl 没有 {1}",
	"broke after %llu bytes, and %u more tries brought no more": "在 {1} 字节后中断，重试 {2} 次仍无进展",
	"ended after %llu of %llu bytes": "在 {2} 字节中的 {1} 字节处结束",
	"a redirect (%ld) that leads nowhere": "重定向（{1}）没有目标",
	"a redirect leads from https to something else": "重定向由 https 指向其他协议",
	"more than %u redirects": "重定向超过 {1} 次",
	"no answer within %d s": "{1} 秒内没有应答",
	"%s: no address": "{1}：没有地址",
	"%s: longer than a Unix socket's name may be": "{1}：超过 Unix 套接字名称的长度上限",
	"TLS: %s%s%s": "TLS：{1}{2}{3}",
	"TLS: no certificate authority in the PEM that was given": "TLS：所给 PEM 中没有证书颁发机构",
	"TLS: %s": "TLS：{1}",
	"it cannot be used": "无法使用",
	"the CA of clients": "客户端的证书颁发机构",
	"%s:%u: %s: the server said \"%s\"": "{1}:{2}：{3}，服务器回复：“{4}”",
};
