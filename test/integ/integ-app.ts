import { App } from 'aws-cdk-lib';

/** Its snapshot holds what is deployed and little else. */
export function integApp(): App {
  return new App({ treeMetadata: false, postCliContext: { '@aws-cdk/core:enableAdditionalMetadataCollection': false } });
}
