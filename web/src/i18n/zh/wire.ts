// SPDX-License-Identifier: Apache-2.0
/* What is wrong with what agents send. */
export default {
	"an item begins with no {\"seq\":N": "上报项未以 {\"seq\":N 开头",
	"item %u: no kind that is known": "上报项 {1}：类型无法识别",
	"item %u: no time": "上报项 {1}：没有时间",
	"item %u: no body": "上报项 {1}：没有内容",
	"item %u": "上报项 {1}",
	"item %u: its body is no object": "上报项 {1}：内容不是对象",
	"not a layer of this version": "不是此版本的镜像层",
	"a broken layer message": "镜像层消息损坏",
	"a broken %s message": "{1} 消息损坏",
};
