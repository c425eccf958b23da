// Reads an OpenAPI document with tools of others; what is wrong goes to standard error, and the exit code is 1.
//
//   node tests/lint/openapi.mjs lint FILE             the recommended rules of a linter; warnings count
//   node tests/lint/openapi.mjs types FILE FOLDER     FOLDER/contract.ts is made of it, and compiled strictly with what is in the folder
//   node tests/lint/openapi.mjs answers FILE ANSWERS  real answers, [{method, path, status, type, body}], against its schemas; a member that they do not have is an error here

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const require = createRequire(import.meta.url);
const [, , task, file, other] = process.argv;

async function lint() {
    const { lint, createConfig } = require('@redocly/openapi-core');
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lint({ ref: resolve(file), config });
    return problems.map(p => `${p.severity} ${p.ruleId}: ${p.message} (${p.location.map(l => l.pointer).join(', ')})`);
}

async function types() {
    const { default: openapi, astToString } = await import('openapi-typescript');
    const ts = require('typescript');
    writeFileSync(join(other, 'contract.ts'), astToString(await openapi(new URL(`file://${resolve(file)}`))));
    const program = ts.createProgram([join(other, 'contract.ts'), join(other, 'client.ts')], {
        strict: true, noEmit: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, types: [],
    });
    return ts.getPreEmitDiagnostics(program).map(d => `${d.file?.fileName}: ${ts.flattenDiagnosticMessageText(d.messageText, '\n')}`);
}

async function answers() {
    const Ajv = require('ajv/dist/2020').default;
    const document = JSON.parse(readFileSync(file, 'utf8'));
    for (const schema of Object.values(document.components.schemas))
        schema.additionalProperties ??= false;
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    ajv.addSchema(document, 'contract');
    const problems = [];
    for (const answer of JSON.parse(readFileSync(other, 'utf8'))) {
        const name = `${answer.method} ${answer.path} ${answer.status}`;
        const response = document.paths[answer.path]?.[answer.method.toLowerCase()]?.responses?.[answer.status];
        if (!response) {
            problems.push(`${name}: not in the document`);
            continue;
        }
        if (answer.status === 304)
            continue;
        const type = answer.type?.split(';')[0] ?? '';
        if (!response.content?.[type]) {
            problems.push(`${name}: answers ${type}, which is not in the document`);
            continue;
        }
        const escape = text => text.replaceAll('~', '~0').replaceAll('/', '~1');
        const pointer = ['paths', answer.path, answer.method.toLowerCase(), 'responses', `${answer.status}`, 'content', type, 'schema'].map(escape).map(encodeURIComponent).join('/');
        const check = ajv.compile({ $ref: `contract#/${pointer}` });
        if (!check(answer.body))
            problems.push(...check.errors.map(e => `${name}: ${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`));
        if (type === 'application/problem+json' && !response['x-codes']?.includes(answer.body.code))
            problems.push(`${name}: the code ${answer.body.code} is not in the document`);
    }
    return problems;
}

const problems = await { lint, types, answers }[task]();
for (const problem of problems)
    console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
