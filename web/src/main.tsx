// SPDX-License-Identifier: Apache-2.0
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Routes } from "./app/routes";
import { Session, useSession } from "./app/session";
import { Shell } from "./app/shell";
import { I18n } from "./i18n";
import { Login } from "./pages/login";
import { Failure } from "./ui/basic";
import { NoteBoard } from "./ui/float";
import "./app/theme";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/list.css";
import "./styles/charts.css";
import "./styles/pages.css";
import "./styles/print.css";

function App() {
	const { me, ready, problem, enter } = useSession();
	if (!ready) return null;
	if (problem) return <main className="alone"><Failure error={problem} retry={() => void enter()} /></main>;
	if (!me || me.must_change) return <Login />;
	return <Shell><Routes /></Shell>;
}

const root = document.getElementById("root");
if (root) {
	createRoot(root).render(
		<StrictMode>
			<I18n>
				<Session>
					<NoteBoard>
						<App />
					</NoteBoard>
				</Session>
			</I18n>
		</StrictMode>,
	);
}
