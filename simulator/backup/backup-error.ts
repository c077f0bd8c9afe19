import { ServiceError } from '../wire/error-reply';

const STATUS: Readonly<Record<string, number>> = { AccessDeniedException: 403, ServiceUnavailableException: 500 };

/** What AWS Backup answers instead of a result. */
export class BackupError extends Error implements ServiceError {
  readonly status: number;

  constructor(readonly code: string, message: string) {
    super(message);
    this.status = STATUS[code] ?? 400;
  }
}
