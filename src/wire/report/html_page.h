/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_WIRE_REPORT_HTML_PAGE_H
#define BH_WIRE_REPORT_HTML_PAGE_H
/* How the page looks and what it can do: sort, filter, switch its language, print. Constant text. */

extern const char bh_html_style[], bh_html_script[];

#endif
