// SPDX-License-Identifier: Apache-2.0
/* The Chinese catalogues, one for each floor that words sentences. Only who reads Chinese loads them. */
import { sayer, type Catalogue } from "./said";

export const catalogues = import.meta.glob("./zh/*.ts", { eager: true, import: "default" }) as Record<string, Catalogue>;
export const say = sayer(Object.values(catalogues));
