// What the modules of the standard library contain in Pyodide: node tools/stdlib_names.mjs OUTPUT.json
// Run it in a folder where npm has installed the target's pyodide; the output is data/stdlib/names-<python>.json.
import fs from "node:fs";
import { loadPyodide } from "pyodide";

const pyodide = await loadPyodide();
const text = pyodide.runPython(`
import builtins, datetime, importlib, json, pkgutil, sys, types, warnings
warnings.simplefilter("ignore")
SKIPPED = {"antigravity", "this", "idlelib", "turtledemo", "lib2to3", "__main__", "__phello__", "__hello__", "pip"}
modules, exceptions = {}, {}

def describe(name):
    if name.split(".")[0] in SKIPPED or ".test" in name or name.endswith("__main__"):
        return
    try:
        module = importlib.import_module(name)
    except BaseException:
        return
    found = modules[name] = {}
    for attribute in dir(module):
        if attribute.startswith("__") and attribute.endswith("__") and attribute not in ("__version__", "__getattr__"):
            continue
        try:
            value = getattr(module, attribute)
        except BaseException:
            continue
        kind = "others"
        if isinstance(value, types.ModuleType):
            kind = "modules"
        elif isinstance(value, type):
            kind = "classes"
            if issubclass(value, BaseException):
                bases = [base for base in value.__mro__ if getattr(builtins, base.__name__, None) is base]
                exceptions[f"{name}.{attribute}"] = "=" * (bases[0] is value) + bases[0].__name__
        elif callable(value):
            kind = "functions"
        found.setdefault(kind, []).append(attribute)
    for kind in found:
        found[kind] = " ".join(found[kind])
    for inner in pkgutil.iter_modules(getattr(module, "__path__", ())):
        describe(f"{name}.{inner.name}")

for name in sorted(sys.stdlib_module_names):
    describe(name)
header = {"source": "npm package pyodide, run under Node", "date": datetime.date.today().isoformat()}
python = ".".join(map(str, sys.version_info[:2]))
json.dumps({**header, "python": python, "modules": modules, "exceptions": exceptions}, indent=0, sort_keys=True)
`);
fs.writeFileSync(process.argv[2], text);
