// SPDX-License-Identifier: Apache-2.0
/* What agents and servers of before said, and databases still keep: a sentence that was worded anew moves here. */
export default {
	"\"%s\" can be overridden with%s%s, not with \"%s\"": "“{1}”可用{2}{3}覆盖，不能用“{4}”",
	"no field '%s'; did you mean '%s'?": "没有字段“{1}”；是否指“{2}”？",
	"no field '%s'": "没有字段“{1}”",
	"there is no list of that name to change": "没有可修改的同名列表",
	"there is no macro of that name to change": "没有可修改的同名宏",
	"there is no rule of that name to change": "没有可修改的同名规则",
	"the rules want plugin %s %s, which is not part of this engine": "规则需要插件 {1} {2}，本引擎不含该插件",
};
