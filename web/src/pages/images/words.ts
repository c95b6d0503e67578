// SPDX-License-Identifier: Apache-2.0
import { both } from "../../i18n/both";

export const words = both(
	{
		title: "Images",
		lead: "Every image that was found on a host or in a registry, worst first.",
		distro: "Distribution",
		findings: "Findings",
		fixable: "Fixable",
		packages: "Packages",
		containers: "Running",
		size: "Size",
		scanned: "Scanned",
		is_base: "Base image",
		eol: "End of life",
		base: "Built on",
		empty: "No image yet",
		empty_text: "Images appear when an agent finds them in a container engine, or when a registry is added.",
	},
	{
		title: "镜像",
		lead: "在主机或镜像仓库中发现的所有镜像，风险最高的在前。",
		distro: "发行版",
		findings: "发现项",
		fixable: "可修复",
		packages: "软件包",
		containers: "运行中",
		size: "大小",
		scanned: "扫描时间",
		is_base: "基础镜像",
		eol: "停止维护",
		base: "构建于",
		empty: "还没有镜像",
		empty_text: "代理在容器引擎中发现镜像，或添加镜像仓库后，镜像会出现在这里。",
	},
);
