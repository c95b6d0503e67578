// SPDX-License-Identifier: Apache-2.0
/* What a budget says when it is spent. */
export default {
	"more %s than the %s budget allows": "{1}超过 {2} 预算",
	"nested deeper than the %s budget allows": "嵌套超过 {1} 预算",
};
