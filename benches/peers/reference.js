// The namespace in planout.js: `node reference.js MODULES NAMESPACE.json UNITS.csv ANSWERS.csv`.
// Prints the seconds that the evaluations take, without reading and writing.
'use strict';
const fs = require('fs');
const path = require('path');

const [modules, documentFile, unitsFile, answersFile] = process.argv.slice(2);
// The build that hashes as the reference does; the other one draws from fewer bits.
const planout = require(path.join(modules, 'planout/dist/planout_core_compatible.js'));
const { Assignment, Interpreter } = planout;
const { RandomInteger, Sample } = planout.Ops.Random;

// What the package's SimpleNamespace does, with the salts of planout4j.
class Namespace {
  constructor(document) {
    ({ name: this.name, unit: this.unit, segments: this.segments } = document.namespace);
    this.scripts = {};
    for (const { definition, assign } of document.experiment_definitions) {
      this.scripts[definition] = assign;
    }
    this.default = document.default_experiment;
    this.owners = {};
    this.definitions = {};
    let free = Array.from({ length: this.segments }, (_, segment) => segment);
    for (const { action, name, definition, segments } of document.experiment_sequence) {
      if (action !== 'add') throw new Error(`not supported: ${action}`);
      const allocation = new Assignment('null');
      allocation.set('x', new Sample({ choices: free.slice(), draws: segments, unit: name }));
      for (const segment of allocation.get('x')) this.owners[segment] = name;
      free = free.filter((segment) => this.owners[segment] === undefined);
      this.definitions[name] = definition;
    }
  }

  assign(inputs) {
    const lookup = new Assignment('null');
    const unit = inputs[this.unit];
    lookup.set('x', new RandomInteger({ min: 0, max: this.segments - 1, unit }));
    const segment = lookup.get('x');
    const params = this.run(this.default, this.default, inputs);
    const experiment = this.owners[segment];
    if (experiment !== undefined) {
      Object.assign(params, this.run(this.definitions[experiment], experiment, inputs));
    }
    return { segment, experiment, params };
  }

  run(definition, experiment, inputs) {
    const salt = `${this.name}.${experiment}`;
    return new Interpreter(this.scripts[definition], salt, inputs).getParams();
  }
}

const namespace = new Namespace(JSON.parse(fs.readFileSync(documentFile, 'utf8')));
const [header, ...lines] = fs.readFileSync(unitsFile, 'utf8').trimEnd().split('\n');
const columns = header.split(',');
const rows = lines.map((line) => {
  const fields = line.split(',');
  return Object.fromEntries(columns.map((column, index) => [column, fields[index]]));
});

const start = process.hrtime.bigint();
const answers = rows.map((row) => namespace.assign(row));
const seconds = Number(process.hrtime.bigint() - start) / 1e9;

// No script of the namespace returns, so everybody is in their experiment.
const text = answers.map(({ segment, experiment, params }, index) =>
  [rows[index].userid, segment, experiment ?? '', true, params.color, params.label].join(','));
text.unshift('userid,segment,experiment,in_experiment,color,label');
fs.writeFileSync(answersFile, `${text.join('\n')}\n`);
console.log(seconds);
