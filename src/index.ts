export * from './one-time-copy-job';
export * from './one-time-copy-job-provider';
