import { statSync } from 'node:fs';
import { Assets } from '../../assembly';
import { parseDefinition } from '../../state-machine';
import { NotSimulated } from '../errors';
import { arn, generatedName } from '../names';
import { Properties } from '../template';
import { PlainType } from './plain-type';

export const lambdaFunction: PlainType = {
  seconds: [3, 8],
  forgotten: true,
  replacedBy: ['FunctionName', 'PackageType'],
  identify: (request, place) => {
    const name = String(request.properties.FunctionName ?? generatedName(request, place, 64));
    return { physicalId: name, attributes: { Arn: arn(place, 'lambda', `function:${name}`) } };
  },
  check: ({ logicalId, properties }, assets) => void codeDirectory(logicalId, properties, assets),
  apply: (logicalId, { attributes, properties }, { services, assets }) => {
    services.lambda.register({
      arn: String(attributes.Arn),
      logicalId,
      codeDirectory: codeDirectory(logicalId, properties, assets),
      handler: String(properties.Handler),
      runtime: String(properties.Runtime),
      timeoutSeconds: Number(properties.Timeout ?? 3),
      environment: variables(properties),
      roleArn: String(properties.Role),
      logging: { applicationLevel: logging(properties).ApplicationLogLevel, group: logging(properties).LogGroup },
    });
  },
  remove: ({ attributes }, { services }) => services.lambda.remove(String(attributes.Arn)),
};

function logging({ LoggingConfig }: Readonly<Record<string, unknown>>): { ApplicationLogLevel?: string; LogGroup?: string } {
  return LoggingConfig ?? {};
}

export const stateMachine: PlainType = {
  seconds: [1, 3],
  forgotten: true,
  replacedBy: ['StateMachineName', 'StateMachineType'],
  identify: (request, place) => {
    const name = String(request.properties.StateMachineName ?? generatedName(request, place, 80));
    const machineArn = arn(place, 'states', `stateMachine:${name}`);
    return { physicalId: machineArn, attributes: { Arn: machineArn, Name: name } };
  },
  check: ({ logicalId, properties }) => {
    try {
      parseDefinition(String(properties.DefinitionString));
    } catch (error) {
      throw new NotSimulated(`${logicalId}: ${(error as Error).message}`);
    }
  },
  apply: (_logicalId, { physicalId, properties }, { services }) => {
    services.stepFunctions.register({ arn: physicalId, definition: String(properties.DefinitionString), roleArn: String(properties.RoleArn) });
  },
  remove: ({ physicalId }, { services }) => services.stepFunctions.remove(physicalId),
};

export const logGroup: PlainType = {
  seconds: [2, 5],
  replacedBy: ['LogGroupName'],
  identify: (request, place) => {
    const name = String(request.properties.LogGroupName ?? generatedName(request, place));
    return { physicalId: name, attributes: { Arn: arn(place, 'logs', `log-group:${name}:*`) } };
  },
};

function codeDirectory(logicalId: string, properties: Properties, assets: Assets): string {
  const code = properties.Code as { S3Bucket?: string; S3Key?: string };
  const path = assets[`${code.S3Bucket}/${code.S3Key}`];
  if (path === undefined) throw new NotSimulated(`${logicalId}: its code is no asset of the cloud assembly.`);
  if (!statSync(path).isDirectory()) throw new NotSimulated(`${logicalId}: its code asset is not a folder; others are not simulated.`);
  return path;
}

function variables(properties: Properties): Record<string, string> {
  const environment = properties.Environment as { Variables?: Record<string, unknown> } | undefined;
  return Object.fromEntries(Object.entries(environment?.Variables ?? {}).map(([name, value]) => [name, String(value)]));
}
