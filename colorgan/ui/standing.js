// The tab Results: the leaderboard, for who has answered everything.

const percent = (share) => `${Math.round(share * 100)} %`;

const row = ({ name, share, low, high }) => {
  const line = document.createElement("tr");
  const head = part("th", name);
  head.scope = "row";
  const bar = document.createElement("td");
  const figures = part("td", words.results_none, "figures");
  if (share !== null) {
    const drawn = part("span", "", "spread");
    drawn.setAttribute("aria-hidden", "true");
    drawn.style.setProperty("--share", share);
    drawn.style.setProperty("--low", low ?? share);
    drawn.style.setProperty("--high", high ?? share);
    bar.append(drawn);
    const values = { low: percent(low ?? share), high: percent(high ?? share) };
    figures.replaceChildren(
      part("b", percent(share)),
      part("small", low === null ? "" : fill(words.results_interval, values)),
    );
  }
  line.append(head, bar, figures);
  return line;
};

const table = ({ question, votes, rows }) => {
  const made = document.createElement("table");
  const caption = part("caption", words[`survey_${question}`]);
  caption.append(part("small", fill(words.results_votes, { votes })));
  const body = document.createElement("tbody");
  body.append(...rows.map(row));
  made.append(caption, body);
  return made;
};

let looking = false;
const look = async () => {
  if (looking) return;
  looking = true;
  // Whether all is answered is asked first: browsers log it as an error when results are refused.
  const session = key() ? await ask("session", { key: key() }) : { ok: false };
  const finished = session.ok && session.body.steps.length === 0;
  const found = finished ? await ask("results", { key: key() }) : { ok: false };
  looking = false;
  find(".tables").replaceChildren(...(found.ok ? found.body.board.tables.map(table) : []));
  if (!found.ok) {
    find(".said").textContent = words.results_later;
    return;
  }
  const { board } = found.body;
  const said = [fill(words.results_lead, board), board.average ? words.results_average : ""];
  find(".said").textContent = said.join(" ").trim();
};
whenSeen(look);
