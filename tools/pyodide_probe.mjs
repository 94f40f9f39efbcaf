// Imports one module in a fresh Pyodide under Node and prints what happened as one line of JSON.
//
//   node tools/pyodide_probe.mjs PYODIDE_FOLDER SITE_FOLDER MODULE [ATTRIBUTE]
//
// PYODIDE_FOLDER is the npm package `pyodide` (node_modules/pyodide); SITE_FOLDER holds unpacked wheels and is
// mounted as the interpreter's only site-packages. With ATTRIBUTE the name is looked up in the module as well, as
// the loader of a console script does. The answer is {"module", "ok", "error", "message", "trace"}; `trace` lists
// the frames of the failing import from the outside in, as "path:line". Output of the imported code is dropped.
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const PROBE = `
import importlib, json, sys, traceback, warnings
warnings.simplefilter("ignore")
sys.path[:] = [p for p in sys.path if p and not p.endswith("site-packages")] + ["/site"]
def probe(module, attribute):
    try:
        loaded = importlib.import_module(module)
        for part in filter(None, attribute.split(".")):
            loaded = getattr(loaded, part)
    except BaseException as error:
        frames = [f"{f.filename.removeprefix('/site/')}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)
                  if f.filename.startswith("/site/")]
        return {"module": module, "ok": False, "error": type(error).__name__, "message": str(error)[:300], "trace": frames}
    return {"module": module, "ok": True, "error": None, "message": "", "trace": []}
answer = probe(probe_module, probe_attribute)
json.dumps(answer)
`;

async function main([pyodideFolder, siteFolder, module, attribute = ""]) {
  const { loadPyodide } = await import(pathToFileURL(path.resolve(pyodideFolder, "pyodide.mjs")).href);
  const drop = { batched: () => {} };
  const python = await loadPyodide({ stdout: () => {}, stderr: () => {} });
  python.setStdout(drop);
  python.setStderr(drop);
  python.FS.mkdirTree("/site");
  python.FS.mount(python.FS.filesystems.NODEFS, { root: path.resolve(siteFolder) }, "/site");
  const globals = python.toPy({ probe_module: module, probe_attribute: attribute });
  process.stdout.write(`${python.runPython(PROBE, { globals })}\n`);
  process.exit(0);
}

await main(process.argv.slice(2));
