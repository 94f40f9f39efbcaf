// Imports modules in a real Pyodide under Node, each in a fresh interpreter, and prints one line of JSON for each.
//
// Standard input is one JSON object:
//   pyodide        the folder of the npm package
//   site           the folder of the unpacked wheels
//   modules        dotted names
//   host_packages  builds of the Pyodide host to load before
//   token          what every line of the answer carries, so that imported code cannot answer in this script's place
//   host_cache     where those are kept between two interpreters
// Without modules one line tells which of the host's builds could not be had. Output of the imported code is dropped,
// and the network is closed before the first import.
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const IMPORT = `
import importlib, json, os, site, sys, traceback, warnings
warnings.simplefilter("ignore")
site.addsitedir("/site")
def attempt(module):
    try:
        importlib.import_module(module)
    except BaseException as error:
        frames = [f"{frame.filename.removeprefix('/site/')}:{frame.lineno}"
                  for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("/site/")]
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        return {"ok": False, "error": type(error).__name__, "message": str(error)[:300], "missing": missing,
                "trace": frames[-12:]}
    return {"ok": True}
json.dumps({"module": wanted_module, **attempt(wanted_module)})
`;

function closeNetwork() {
  const refuse = () => {
    throw new Error("the network is closed");
  };
  for (const name of ["fetch", "XMLHttpRequest", "WebSocket", "EventSource"]) globalThis[name] = refuse;
}

async function start(job, loadPyodide) {
  const silent = () => {};
  const python = await loadPyodide({
    stdin: () => null,
    stdout: silent,
    stderr: silent,
    packageCacheDir: job.host_packages.length ? job.host_cache : undefined,
  });
  const names = job.host_packages;
  const wanted = names.length ? { messageCallback: silent, errorCallback: silent } : null;
  const loaded = wanted ? await python.loadPackage(names, wanted).catch(() => []) : [];
  const known = new Set(loaded.map((row) => row.name.toLowerCase().replace(/[-_.]+/g, "-")));
  return { python, missing: names.filter((name) => !known.has(name)) };
}

async function importModule(job, loadPyodide, module) {
  const { python } = await start(job, loadPyodide);
  closeNetwork();
  python.FS.mkdirTree("/site");
  python.FS.mount(python.FS.filesystems.NODEFS, { root: job.site }, "/site");
  const globals = python.toPy({ wanted_module: module });
  return python.runPython(IMPORT, { globals });
}

async function main() {
  const job = JSON.parse(fs.readFileSync(0, "utf8"));
  // Emscripten asks for this, which Node's permission model refuses although nothing but numbers comes back.
  process.binding = () => ({ fs: fs.constants });
  const { loadPyodide } = await import(pathToFileURL(path.resolve(job.pyodide, "pyodide.mjs")).href);
  const { parse, stringify } = JSON;
  const write = (answer) => fs.writeSync(1, `\n${stringify({ ...answer, token: job.token })}\n`);
  const fetch = globalThis.fetch;
  if (!job.modules.length) {
    const { missing } = await start(job, loadPyodide);
    write({ missing });
  }
  for (const module of job.modules) {
    globalThis.fetch = fetch;
    write(parse(await importModule(job, loadPyodide, module)));
  }
  process.exit(0);
}

await main();
