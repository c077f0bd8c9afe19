"""AWS Backup's copy jobs on a loopback port, from botocore's model of the service alone: routes, checked inputs and outputs, and errors."""

import json
import re
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import botocore.session
from botocore.validate import ParamValidator

model = botocore.session.get_session().get_service_model('backup')


class Refusal(Exception):
    pass


def operation_of(method, path):
    """The operation with the fewest labels, and its labels."""
    found = []
    for operation in map(model.operation_model, model.operation_names):
        pattern = re.sub(r'\{(\w+)\+?\}', r'(?P<\1>[^/]+)', operation.http['requestUri'].split('?')[0])
        match = re.fullmatch(pattern, path)
        if match and operation.http['method'] == method:
            found.append((len(match.groupdict()), operation, {name: unquote(value) for name, value in match.groupdict().items()}))
    return min(found, key=lambda each: each[0])[1:]


def checked(shape, value, what):
    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        raise Refusal(f'{what}: {report.generate_report()}')
    unknown = set(value) - set(shape.members)
    if unknown:
        raise Refusal(f'{what}: unknown {sorted(unknown)}')
    return value


class AwsBackup:
    """Jobs take `seconds`; `end` is merged over what a job says when it is over."""

    def __init__(self):
        self.seconds = 2
        self.end = {}
        self.jobs = {}
        self.points = {}
        self.calls = []
        backup = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get('content-length') or 0))
                region = re.search(r'Credential=[^/]+/\d+/([^/]+)/backup/', self.headers['authorization']).group(1)
                status, answer, error = backup.serve(self.command, urlsplit(self.path).path, body, region)
                self.send_response(status)
                if error:
                    self.send_header('x-amzn-errortype', error)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            do_GET = do_PUT = do_POST = do_DELETE = answer

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.endpoint = f'http://127.0.0.1:{self.server.server_port}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, method, path, body, region):
        operation, labels = operation_of(method, path)
        self.calls.append(operation.name)
        names = {shape.serialization.get('name', name): name for name, shape in operation.input_shape.members.items()}
        given = {names.get(name, name): value for name, value in {**labels, **json.loads(body or '{}')}.items()}
        try:
            answer = getattr(self, operation.name)(region, **checked(operation.input_shape, given, operation.name))
            if operation.output_shape:
                checked(operation.output_shape, answer, operation.name)
            return 200, answer, None
        except KeyError as error:
            return 400, {'Message': f'{error} was not found'}, 'ResourceNotFoundException'
        except Refusal as error:
            return 400, {'Message': str(error)}, 'InvalidParameterValueException'

    def StartCopyJob(self, region, IdempotencyToken, RecoveryPointArn, DestinationBackupVaultArn, **_rest):
        job = next((job for job in self.jobs.values() if job['token'] == IdempotencyToken), None) or {
            'token': IdempotencyToken, 'region': region, 'CopyJobId': str(uuid.uuid4()).upper(), 'CreationDate': time.time(),
            'SourceRecoveryPointArn': RecoveryPointArn, 'DestinationBackupVaultArn': DestinationBackupVaultArn,
        }
        self.jobs[job['CopyJobId']] = job
        return {'CopyJobId': job['CopyJobId'], 'CreationDate': job['CreationDate'], 'IsParent': False}

    def DescribeCopyJob(self, region, CopyJobId):
        job = self.jobs[CopyJobId]
        told = {name: value for name, value in job.items() if name not in ('token', 'region')}
        if job['region'] != region:
            raise KeyError(CopyJobId)
        if time.time() < job['CreationDate'] + self.seconds:
            return {'CopyJob': {**told, 'State': 'RUNNING'}}
        if self.end.get('State', 'COMPLETED') != 'COMPLETED':
            return {'CopyJob': {**told, 'CompletionDate': time.time(), **self.end}}
        vault = job['DestinationBackupVaultArn']
        arn = job.setdefault('DestinationRecoveryPointArn', f"arn:aws:ec2:{vault.split(':')[3]}::snapshot/snap-{uuid.uuid4().hex[:17]}")
        self.points.setdefault(arn, {'RecoveryPointArn': arn, 'BackupVaultArn': vault, 'Status': 'COMPLETED'})
        return {'CopyJob': {**told, 'DestinationRecoveryPointArn': arn, 'State': 'COMPLETED', 'CompletionDate': time.time(), **self.end}}

    def DescribeRecoveryPoint(self, region, BackupVaultName, RecoveryPointArn):
        return self.points[RecoveryPointArn]

    def DeleteRecoveryPoint(self, region, BackupVaultName, RecoveryPointArn):
        del self.points[RecoveryPointArn]
        return {}
