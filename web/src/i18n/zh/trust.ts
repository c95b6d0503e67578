// SPDX-License-Identifier: Apache-2.0
/* What keys and seals say. */
export default {
	"OpenSSL could not derive an Ed25519 public key": "OpenSSL 无法导出 Ed25519 公钥",
	"no random bytes for a key": "无法取得密钥所需的随机字节",
	"not an Ed25519 private key in PEM": "不是 PEM 格式的 Ed25519 私钥",
	"not an Ed25519 public key in PEM": "不是 PEM 格式的 Ed25519 公钥",
	"OpenSSL could not sign with Ed25519": "OpenSSL 无法用 Ed25519 签名",
	"neither %d bytes nor %d digits of hex": "既不是 {1} 字节也不是 {2} 位十六进制数字",
	"key %s": "密钥 {1}",
	"a secret of %zu bytes": "密文长 {1} 字节",
	"AES-256-GCM does not work here": "AES-256-GCM 在此无法使用",
	"this was not sealed by us": "不是由本程序封存",
	"it was sealed by another key, for another owner, or was changed since": "由另一密钥为另一所有者封存，或此后被改动",
};
