// SPDX-License-Identifier: Apache-2.0
/* What runtimes' files lack. */
export default {
	"neither an object nor a list": "既不是对象也不是列表",
	"containers.json: it is not listed": "containers.json：未列出",
	"a container without an id": "容器没有标识",
};
