// Inside Airflow the page has Airflow's theme; on its own it has that of the device.
const theme = () => {
  try {
    const chosen = localStorage.getItem("theme");
    const root = document.documentElement;
    if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
    else delete root.dataset.theme;
  } catch { /* storage may be blocked */ }
};
theme();
addEventListener("storage", theme);
