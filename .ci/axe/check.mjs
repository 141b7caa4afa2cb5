// Opens a report in a real browser and fails on what a reader would trip over.
//
//   node check.mjs REPORT.html [FOLDER FOR PICTURES AND PDF]
//
// At 360, 768 and 1280 px, light and dark: no axe violation, no horizontal overflow, nothing on the console (a blocked
// style or script speaks there), no request but the page itself. Then prints to PDF. CHROMIUM names another browser. Pictures are of
// the first screens: Chromium gives up on a picture of a page of a real case as a whole.
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [report, folder] = process.argv.slice(2);
if (!report) {
  console.error("usage: node check.mjs REPORT.html [FOLDER]");
  process.exit(2);
}
if (folder) mkdirSync(folder, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const address = pathToFileURL(resolve(report)).href;
const problems = [];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

async function open(width, colorScheme, options) {
  const context = await browser.newContext({ viewport: { width, height: 2700 }, colorScheme, ...options });
  const page = await context.newPage();
  const say = (what) => problems.push(`${width} px, ${colorScheme}: ${what}`);
  page.on("console", (message) => say(`console: ${message.text()}`));
  page.on("pageerror", (error) => say(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== address) say(`request: ${request.url()}`);
  });
  await page.goto(address);
  return { context, page, say };
}

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 768, 1280]) {
    // First as a reader sees it: policy in force and no script.
    const plain = await open(width, colorScheme, { javaScriptEnabled: false });
    if (folder) await plain.page.screenshot({ path: join(folder, `${width}-${colorScheme}.png`) });
    await plain.context.close();
    // Then with the policy lifted for axe alone.
    const { context, page, say } = await open(width, colorScheme, { bypassCSP: true });
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
    const over = await page.evaluate(() => ({
      page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      cut: [...document.querySelectorAll("main *, header *, footer *")]
        .filter((element) => !element.closest("svg, .scroll, pre") && element.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 5)
        .map((element) => `${element.tagName.toLowerCase()}.${element.className}`),
    }));
    if (over.page > 0) say(`scrolls sideways by ${over.page} px`);
    for (const element of over.cut) say(`runs out of the window: ${element}`);
    await page.evaluate(axe);
    const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    for (const violation of result.violations) {
      say(`axe ${violation.id}: ${violation.help}: ${violation.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.failureSummary ?? ""}`).join(" | ")}`);
    }
    await context.close();
  }
}

// With the policy in force, a script that somebody smuggled in would speak on the console; the page has none.
const { context, page } = await open(1280, "light", {});
if ((await page.locator("script").count()) > 0) problems.push("the page has a script");
const pdf = await page.pdf({ path: folder ? join(folder, "report.pdf") : undefined, preferCSSPageSize: true, printBackground: false });
if (pdf.length < 10_000) problems.push(`the PDF has ${pdf.length} bytes`);
await context.close();
await browser.close();

for (const problem of problems) console.error(problem);
console.log(`${report}: ${statSync(report).size} bytes, PDF ${pdf.length} bytes, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
