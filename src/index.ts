export * from './one-time-copy-job';
export * from './one-time-copy-job-props';
export * from './one-time-copy-job-provider';
