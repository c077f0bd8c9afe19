import { handlerExchanges } from './handler-exchanges';
import { refusalExchanges } from './refusal-exchanges';

/** Prints, as JSON, what is said between the handler and the simulated AWS Backup, and what that refuses. */
async function main(): Promise<void> {
  console.log(JSON.stringify({ handler: await handlerExchanges(), refusals: await refusalExchanges() }));
}

void main();
