// SPDX-License-Identifier: Apache-2.0
/* What the inventory left out. */
export default {
	"there are more than %d": "超过 {1} 个",
	"more than %d files are in use": "使用中的文件超过 {1} 个",
};
