// Called by build.py:  node build.mjs <output folder>
// Writes plotly.min.js, bootstrap.min.css, licences.txt and packages.json there.
import { build, transform } from "esbuild";
import { parse } from "acorn";
import postcss from "postcss";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const out = process.argv[2];
const manifestOf = (name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));

/* --- plotly.js ------------------------------------------------------------------------------------------ */

// Parts of the library that none of our figures uses. A layout that names one is drawn without it.
const UNUSED_COMPONENTS = ["annotations3d", "images", "rangeselector", "rangeslider", "sliders", "updatemenus"];

// Modules replaced by less: our maps come with their own borders (no country names), in a projection of
// d3-geo itself, and our colours are hex, rgb, hsl or named.
const REPLACED = {
  "country-iso-search":
    "exports.COUNTRIES = []; exports.createLookup = () => ({ lookupAlpha3() {} });",
  "d3-geo-projection": "module.exports = {};",
  "maplibre-gl/dist/maplibre-gl.css": "module.exports = {};",
  culori: `
    import { useMode, modeRgb, modeLrgb, modeHsl, modeHwb } from "culori/fn";
    [modeRgb, modeLrgb, modeHsl, modeHwb].forEach((mode) => useMode(mode));
    export { converter, formatHex, formatRgb, wcagContrast, wcagLuminance } from "culori/fn";`,
};

// The attribute tables carry their documentation; the browser never reads it.
function withoutDescriptions(code) {
  const cuts = [];
  const walk = (node) => {
    if (!node || typeof node.type !== "string" || node.type === "ObjectPattern") return;
    if (node.type === "Property" && !node.computed && node.key.name === "description") {
      cuts.push([node.value.start, node.value.end]);
      return;
    }
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) value.forEach(walk);
      else if (value && typeof value === "object") walk(value);
    }
  };
  walk(parse(code, { ecmaVersion: "latest", sourceType: "script" }));
  for (const [start, end] of cuts.reverse()) code = `${code.slice(0, start)}""${code.slice(end)}`;
  return code;
}

const lean = {
  name: "lean",
  setup({ onLoad, onResolve }) {
    const exactly = (names) => new RegExp(`^(${names.map((name) => name.replace(/[.\\/]/g, "\\$&")).join("|")})$`);
    onResolve({ filter: exactly(Object.keys(REPLACED)) }, ({ path }) => ({ path, namespace: "replaced" }));
    onLoad({ filter: /./, namespace: "replaced" }, ({ path }) => ({ contents: REPLACED[path], resolveDir: here }));
    onResolve({ filter: exactly(UNUSED_COMPONENTS.map((name) => `./components/${name}`)) }, ({ path }) => ({
      path: path.split("/").pop(),
      namespace: "unused",
    }));
    onLoad({ filter: /./, namespace: "unused" }, ({ path }) => ({
      contents: `module.exports = { moduleType: "component", name: "${path}" };`,
    }));
    onLoad({ filter: /plotly\.js[\\/]src[\\/].*\.js$/ }, ({ path }) => {
      const code = readFileSync(path, "utf8");
      return code.includes("description") ? { contents: withoutDescriptions(code), loader: "js" } : null;
    });
  },
};

const version = manifestOf("plotly.js").version;
const result = await build({
  entryPoints: [join(here, "plotly-entry.cjs")],
  format: "iife",
  globalName: "Plotly",
  bundle: true,
  minify: true,
  metafile: true,
  write: false,
  plugins: [lean],
  define: { global: "window", "define.amd": "false" },
  target: "es2020",
  legalComments: "none",
  logLevel: "warning",
});
let script = result.outputFiles[0].text;
if (!/(^|;)var Plotly=/.test(script)) throw new Error("unexpected form of the plotly.js bundle");
// Running the file a second time must cost nothing and change nothing.
script = script.replace("var Plotly=", "var Plotly=window.Plotly||");

/* --- Bootstrap: its elements, and of its classes those that our pages use; without the dark theme -------- */

const KEPT_CLASSES = new Set(["card", "visually-hidden"]); // tests/unit/test_bundle.py holds pages and this list together
const unused = (selector) =>
  /data-bs-theme=.?dark/.test(selector) || (selector.match(/\.-?[a-z_][\w-]*/gi) ?? []).some((name) => !KEPT_CLASSES.has(name.slice(1)));

const sheet = postcss.parse(readFileSync(join(modules, "bootstrap/dist/css/bootstrap.css"), "utf8"));
sheet.walkComments((comment) => void comment.remove());
sheet.walkRules((rule) => {
  if (rule.parent.type === "atrule" && rule.parent.name.endsWith("keyframes")) return;
  const kept = rule.selectors.filter((selector) => !unused(selector));
  if (kept.length) rule.selectors = kept;
  else rule.remove();
});
sheet.walkAtRules((rule) => {
  if (rule.name === "charset") rule.remove(); // the server says UTF-8
  if (rule.name.endsWith("keyframes")) rule.remove(); // of parts that we do not use
});
for (let again = true; again; ) {
  again = false;
  sheet.walkAtRules((rule) => {
    if (rule.nodes && !rule.nodes.length) {
      rule.remove();
      again = true;
    }
  });
}
const css = (await transform(sheet.toString(), { loader: "css", minify: true, legalComments: "none" })).code;

/* --- what went in ---------------------------------------------------------------------------------------- */

// "…/node_modules/a/node_modules/@b/c/file.js" -> "a/node_modules/@b/c"
const packageOf = (path) => path.match(/(?:^|\/)node_modules\/((?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)/)?.[1];
const [made] = Object.values(result.metafile.outputs);
const folders = new Set(Object.keys(made.inputs).map(packageOf).filter(Boolean)).add("bootstrap");
const packages = [...folders].sort().map((folder) => {
  const { name, version, license } = manifestOf(folder);
  const file = readdirSync(join(modules, folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file ? readFileSync(join(modules, folder, file), "utf8") : "";
  return { name, version, licence: license ?? "", text };
});
const notice = packages.map((one) => `${one.name} ${one.version} (${one.licence})\n\n${one.text.trim()}\n`);

mkdirSync(out, { recursive: true });
writeFileSync(join(out, "plotly.min.js"), `/* plotly.js ${version}, own selection; licences: see licences-*.txt beside this file */\n${script}`);
writeFileSync(join(out, "bootstrap.min.css"), `/* Bootstrap ${manifestOf("bootstrap").version}, own selection (MIT) */\n${css}`);
writeFileSync(join(out, "licences.txt"), notice.join(`\n${"-".repeat(100)}\n\n`));
writeFileSync(
  join(out, "packages.json"),
  JSON.stringify({ plotly: version, bootstrap: manifestOf("bootstrap").version, packages: packages.map(({ text, ...one }) => one) }),
);
