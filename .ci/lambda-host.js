// lambda-host.js PORT ASSEMBLY: Lambda's Invoke for one synthesized stack, in this process: the provider framework's functions and the handler's bundle,
// as they are in the assembly. What the framework itself calls is held back: GET /sent tells what was meant for CloudFormation and Step Functions.
const { readdirSync, existsSync } = require('node:fs');
const { createServer } = require('node:http');
const { join, resolve } = require('node:path');

const [port, assembly] = process.argv.slice(2);
const folders = readdirSync(assembly).filter(name => name.startsWith('asset.')).map(name => resolve(assembly, name));
const folderWith = file => folders.find(folder => existsSync(join(folder, file)));
for (const name of ['USER_ON_EVENT_FUNCTION_ARN', 'USER_IS_COMPLETE_FUNCTION_ARN']) process.env[name] = name;
process.env.WAITER_STATE_MACHINE_ARN = 'waiter';

const handler = require(join(folderWith('index.js'), 'index.js'));
const framework = require(join(folderWith('framework.js'), 'framework.js'));
const outbound = require(join(folderWith('framework.js'), 'outbound.js'));
const functions = {
  USER_ON_EVENT_FUNCTION_ARN: handler.onEvent,
  USER_IS_COMPLETE_FUNCTION_ARN: handler.isComplete,
  frameworkonEvent: framework.onEvent,
  frameworkisComplete: framework.isComplete,
  frameworkonTimeout: framework.onTimeout,
};

const sent = { answers: [], waiters: [] };
outbound.invokeFunction = async ({ FunctionName, Payload }) => {
  const { payload, error } = await run(FunctionName, JSON.parse(Payload));
  return { Payload: Buffer.from(JSON.stringify(payload)), FunctionError: error };
};
outbound.startExecution = async ({ input }) => void sent.waiters.push(input);
outbound.httpRequest = async (_options, body) => void sent.answers.push(JSON.parse(body));

async function run(name, event) {
  try {
    return { payload: await functions[name](event) ?? null };
  } catch ({ name: errorType, message: errorMessage }) {
    return { error: 'Unhandled', payload: { errorType, errorMessage } };
  }
}

console.log = () => undefined;
createServer(async (request, response) => {
  if (request.url === '/sent') {
    response.end(JSON.stringify(sent));
    return;
  }
  let body = '';
  for await (const part of request) body += part;
  const [, name] = /functions\/([^/]+)\/invocations/.exec(request.url);
  const { payload, error } = await run(name, JSON.parse(body));
  if (error) response.setHeader('x-amz-function-error', error);
  response.end(JSON.stringify(payload));
}).listen(Number(port), '127.0.0.1');
// It ends with who started it.
process.stdin.on('end', () => process.exit()).resume();
