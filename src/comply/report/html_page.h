/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_REPORT_HTML_PAGE_H
#define BH_COMPLY_REPORT_HTML_PAGE_H
/* How the page looks, on a screen and on paper. */

extern const char bh_inspect_style[];

#endif
