// SPDX-License-Identifier: Apache-2.0
// Before anything is painted: the theme and language this person chose, so that nothing flashes.
(function () {
	var root = document.documentElement;
	var theme = null;
	var lang = null;
	try {
		theme = localStorage.getItem("bh.theme");
		lang = localStorage.getItem("bh.lang");
	} catch (e) {
		theme = null; // storage is switched off: the system's
	}
	if (theme !== "light" && theme !== "dark") theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
	root.dataset.theme = theme;
	root.lang = lang === "zh" || (!lang && /^zh/i.test(navigator.language)) ? "zh-CN" : "en";
})();
