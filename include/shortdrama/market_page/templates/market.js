// Draws the charts from the rows in #data, follows the selectors, gives the rows as CSV.
(() => {
  const page = JSON.parse(document.getElementById("data").textContent);
  page.config.font = getComputedStyle(document.body).fontFamily;  // labels are measured in it
  const zh = page.language === "zh";
  const words = page.words;
  const locale = zh ? "zh-CN" : "en-GB";

  // As in reports/words/formats.py: scale, suffix, decimals, from where on none are shown, and from
  // where on a whole figure has none.
  const UNITS = zh
    ? { usd: [[1e8, "亿", 2, 1e9, 10], [1e4, "万", 0, 1e9, 1e9]],
        count: [[1e8, "亿", 2, 1e9, 1], [1e4, "万", 1, 100, 1]] }
    : { usd: [[1e9, "B", 1, 1e9, 10], [1e6, "M", 1, 100, 1e9], [1e3, "K", 0, 1e9, 1e9]],
        count: [[1e9, "B", 1, 100, 1], [1e6, "M", 1, 100, 1], [1e3, "K", 1, 100, 1]] };
  const rounded = (value, decimals) =>  // half up, although 13.45 is a little less than that
    Math.round(value * 10 ** decimals * (1 + 4 * Number.EPSILON)) / 10 ** decimals;
  const fixed = (value, decimals) => rounded(value, decimals).toLocaleString("en", {
    minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: !zh });
  const plain = (value, decimals, short) =>
    short && rounded(value, decimals) % 1 === 0 ? fixed(value, 0) : fixed(value, decimals);
  const inUnit = (value, units, short) => {
    let shown = [fixed(value, 0), rounded(value, 0)];
    for (const [scale, suffix, decimals, coarse, trims] of [...units].reverse()) {
      if (shown[1] < scale) break;
      let part = rounded(value / scale, decimals);
      if (part >= coarse) part = rounded(value / scale, 0);
      const none = part >= coarse || (part % 1 === 0 && (short || part >= trims));
      shown = [fixed(part, none ? 0 : decimals) + suffix, part * scale];
    }
    return shown[0];
  };
  const money = (text) => zh ? `${text}美元` : `US$${text}`;
  const day = (value, options) =>
    new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }).format(new Date(value));
  const KINDS = {
    usd: (v, short) => money(
      v >= 1000 ? inUnit(v, UNITS.usd, short) : fixed(v, v % 1 === 0 ? 0 : 2)),
    count: (v, short) => inUnit(v, UNITS.count, short),
    pct: (v, short) => `${plain(v, 1, short)}%`,
    ratio: (v, short) => `${plain(100 * v, 1, short)}%`,
    change: (v, short) => `${plain(v, 1, short)}%`,
    fine: (v, short) => `${plain(v, 3, short)}%`,
    number: (v) => fixed(v, v >= 1000 || v % 1 === 0 ? 0 : 2),
  };
  const DAYS = {
    month: { year: "numeric", month: "short" },
    tick: { month: "short", day: "numeric" },
    day: { year: "numeric", month: "short", day: "numeric" },
  };
  const figure = (value, kind, short = false) => {
    if (value === null || value === undefined || value === "") return "";
    if (DAYS[kind]) return day(value, DAYS[kind]);
    const number = Number(value);
    if (!KINDS[kind] || Number.isNaN(number)) return String(value);
    const text = KINDS[kind](Math.abs(number), short);
    if (!/[1-9]/.test(text)) return text;
    const isChange = kind === "change" || kind === "fine";
    return (number < 0 ? "\u2212" : isChange ? "+" : "") + text;
  };
  const onAxis = (value, kind) => figure(value, kind, true);

  const tip = document.createElement("div");
  tip.id = "tip";
  tip.hidden = true;
  document.body.append(tip);
  addEventListener("scroll", () => { tip.hidden = true; }, { capture: true, passive: true });
  const line = (label, text) => {
    const row = document.createElement("div");
    for (const part of [label, text]) {
      const span = document.createElement("span");
      span.textContent = part;
      row.append(span);
    }
    return row;
  };
  const shownIn = (fields, row) => fields
    .map(([column, label, kind]) => [label, figure(row[column], kind)])
    .filter(([, text]) => text !== "");
  const pointing = (chart) => (handler, event, item) => {
    const row = item && item.datum && chart.objects[item.datum._row];
    tip.hidden = !row;
    if (!row) return;
    tip.replaceChildren(...shownIn(chart.fields, row).map(([label, text]) => line(label, text)));
    const at = event.touches ? event.touches[0] || event.changedTouches[0] : event;
    const box = tip.getBoundingClientRect();
    const left = Math.min(at.clientX + 14, innerWidth - box.width - 8);
    const top = at.clientY - box.height - 12;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${top > 4 ? top : at.clientY + 18}px`;
  };

  // Exact figures stay texts; only what is drawn becomes a number.
  const object = (chart, values, index) => {
    const row = { _row: index };
    chart.columns.forEach((name, at) => {
      const value = values[at];
      if (value === null) row[name] = value;
      else if (chart.numbers.has(at)) row[name] = Number(value);
      else row[name] = name.endsWith("_on") ? Date.parse(value) : value;
    });
    return row;
  };
  const chosen = (chart, figureOf) => Object.fromEntries(
    [...figureOf.querySelectorAll("select")].map((one) => [one.dataset.column, one.value]));
  const kept = (chart, wanted) => chart.objects.filter((row) =>
    chart.selectors.every(({ column }) =>
      column === "measure" || String(chart.rows[row._row][chart.columns.indexOf(column)]) === wanted[column]));

  const cell = (name, text, kind, wide) => {
    const made = document.createElement(name);
    made.className = kind + (wide ? " wide" : "");
    made.textContent = text;
    return made;
  };
  const fillTable = (chart, place, rows) => {
    const body = place.querySelector("tbody");
    body.replaceChildren(...rows.slice(0, page.mostRows).map((row) => {
      const made = document.createElement("tr");
      made.append(...chart.fields.map(([column, , kind, wide]) => cell("td",
        figure(row[column], kind) || (kind === "text" ? "" : words.missing), kind, wide)));
      return made;
    }));
    const more = rows.length - page.mostRows;
    place.querySelector(".more").textContent =
      rows.length === 0 ? words["rows.none"] : more > 0 ? words["table.more"].replace("{count}", more) : "";
  };
  const fillGaps = (place, rows, measure, name) => {
    const said = place.querySelector(".gaps");
    if (!said) return;
    const missing = rows
      .map((row) => [name(row), row._gap || (measure && row[measure] === null ? words.missing : "")])
      .filter(([, why]) => why);
    const texts = missing.slice(0, 8).map(([label, why]) => `${label} (${why})`);
    if (missing.length > 8) texts.push("…");
    said.textContent = texts.length
      ? words.not_drawn + words.colon + texts.join(words.semicolon) : "";
    said.hidden = texts.length === 0;
  };

  const quoted = (value, isNumber) => {
    if (value === null) return "";
    // A spreadsheet would run a text that begins like a formula.
    const text = !isNumber && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csv = (chart, rows) => {
    const shown = chart.columns.map((name, at) => [name, at]).filter(([name]) => !name.startsWith("_"));
    const lines = rows.map((row) => shown
      .map(([, at]) => quoted(chart.rows[row._row][at], chart.numbers.has(at))).join(","));
    return `\ufeff${[shown.map(([name]) => name).join(","), ...lines].join("\r\n")}\r\n`;
  };
  const download = (name, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  const draw = async (chart, place, rows, wanted) => {
    const plot = place.querySelector(".plot");
    if (!plot) return;
    const [, kind] = (chart.measures || {})[wanted.measure] || [];
    const values = rows.map((row) => ({
      ...row, value: row._gap ? null : row[wanted.measure] ?? null }));
    const spec = JSON.parse(JSON.stringify(chart.spec).replaceAll("@kind", kind || "count"));
    const drawn = values.filter((row) => !wanted.measure || row.value !== null);
    if (drawn.length === 0) {
      const none = document.createElement("p");
      none.className = "unplotted";
      none.textContent = words["rows.none"];
      plot.replaceChildren(none);
      return;
    }
    spec.datasets = { ...spec.datasets, rows: values };
    try {
      await window.vegaEmbed(plot, spec, {
        actions: false, renderer: "svg", config: page.config, tooltip: pointing(chart),
        expressionFunctions: { figure: onAxis } });
    } catch (error) {
      console.error(error);
      plot.textContent = words.failed;
      place.querySelector("details").open = true;
    }
  };

  const start = async (place) => {
    const chart = page.charts[place.dataset.chart];
    chart.numbers = new Set(chart.numeric);
    chart.objects = chart.rows.map((values, index) => object(chart, values, index));
    chart.measures = (chart.selectors.find(({ column }) => column === "measure") || {}).fields;
    const first = chart.fields.find(([column]) => chart.columns.includes(column))[0];
    const label = (row) => figure(row[first], "text");
    let rows = [];
    const follow = async () => {
      const wanted = chosen(chart, place);
      for (const one of place.querySelectorAll("select"))
        one.parentElement.dataset.chosen = one.selectedOptions[0].textContent;
      rows = kept(chart, wanted);
      fillTable(chart, place, rows);
      fillGaps(place, rows, wanted.measure, label);
      await draw(chart, place, rows, wanted);
    };
    place.addEventListener("change", follow);
    const button = place.querySelector(".csv");
    button.hidden = false;
    button.addEventListener("click", () => download(`${place.dataset.chart}-${page.snapshot}.csv`, csv(chart, rows)));
    await follow();
  };

  const root = document.documentElement;
  try {  // Inside Airflow the page has Airflow's theme; on its own that of the device.
    const theme = localStorage.getItem("theme");
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  } catch { /* storage may be blocked */ }
  const button = document.getElementById("theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    const isDark = root.dataset.theme
      ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
  });
  const paper = document.getElementById("print");
  paper.hidden = false;
  paper.addEventListener("click", () => print());
  (async () => {
    for (const place of document.querySelectorAll("[data-chart]")) await start(place);
    root.dataset.drawn = "yes";
  })();
})();
