import { randomHex, randomUuid } from '../../random-text';
import { arn, generatedName } from '../names';
import { Place } from '../place';
import { ResourceRequest } from '../resource-type';
import { Json } from '../template';
import { PlainType } from './plain-type';

type PhysicalId = (request: ResourceRequest, place: Place) => string;
type Attribute = (physicalId: string, place: Place, request: ResourceRequest) => Json;

/** Types that simply exist: nothing in the simulated AWS depends on them. */
export const INERT: Readonly<Record<string, PlainType>> = {
  'AWS::CDK::Metadata': inert(generated),
  'AWS::Backup::BackupPlan': inert((_request, place) => randomUuid(place.random), {
    BackupPlanArn: (id, place) => arn(place, 'backup', `backup-plan:${id}`),
    BackupPlanId: id => id,
  }),
  'AWS::Backup::BackupSelection': inert((_request, place) => randomUuid(place.random), { SelectionId: id => id }, ['BackupPlanId', 'BackupSelection']),
  'AWS::CloudWatch::Alarm': inert(named('AlarmName'), { Arn: (id, place) => arn(place, 'cloudwatch', `alarm:${id}`) }, ['AlarmName']),
  'AWS::DynamoDB::Table': inert(named('TableName'), { Arn: (id, place) => arn(place, 'dynamodb', `table/${id}`) }, ['TableName', 'KeySchema']),
  'AWS::EC2::EIP': inert((_request, place) => `203.0.113.${Math.floor(place.random() * 256)}`, {
    AllocationId: (_id, place) => `eipalloc-${randomHex(place.random, 17)}`,
    PublicIp: id => id,
  }),
  'AWS::EC2::InternetGateway': inert(prefixed('igw'), { InternetGatewayId: id => id }),
  'AWS::EC2::NatGateway': inert(prefixed('nat'), { NatGatewayId: id => id }),
  'AWS::EC2::Route': inert(generated),
  'AWS::EC2::RouteTable': inert(prefixed('rtb'), { RouteTableId: id => id }),
  'AWS::EC2::SecurityGroup': inert(prefixed('sg'), {
    GroupId: id => id,
    Id: id => id,
    VpcId: (_id, _place, request) => request.properties.VpcId,
  }, ['GroupDescription', 'GroupName', 'VpcId']),
  'AWS::EC2::SecurityGroupEgress': inert(prefixed('sgr'), { Id: id => id }),
  'AWS::EC2::SecurityGroupIngress': inert(prefixed('sgr'), { Id: id => id }),
  'AWS::EC2::Subnet': inert(prefixed('subnet'), {
    SubnetId: id => id,
    AvailabilityZone: (_id, _place, request) => request.properties.AvailabilityZone,
    CidrBlock: (_id, _place, request) => request.properties.CidrBlock,
    VpcId: (_id, _place, request) => request.properties.VpcId,
  }, ['VpcId', 'CidrBlock', 'AvailabilityZone']),
  'AWS::EC2::SubnetRouteTableAssociation': inert(prefixed('rtbassoc'), { Id: id => id }),
  'AWS::EC2::VPC': inert(prefixed('vpc'), {
    VpcId: id => id,
    CidrBlock: (_id, _place, request) => request.properties.CidrBlock,
    DefaultSecurityGroup: (_id, place) => `sg-${randomHex(place.random, 17)}`,
    DefaultNetworkAcl: (_id, place) => `acl-${randomHex(place.random, 17)}`,
  }, ['CidrBlock']),
  'AWS::EC2::VPCEndpoint': inert(prefixed('vpce'), { Id: id => id }),
  'AWS::EC2::VPCGatewayAttachment': inert(generated),
  'AWS::EC2::Volume': inert(prefixed('vol'), { VolumeId: id => id }),
  'AWS::Events::Rule': inert(named('Name'), { Arn: (id, place) => arn(place, 'events', `rule/${id}`) }, ['Name']),
  'AWS::KMS::Alias': inert((request, place) => String(request.properties.AliasName ?? generated(request, place)), {}, ['AliasName']),
  'AWS::KMS::Key': inert((_request, place) => randomUuid(place.random), {
    Arn: (id, place) => arn(place, 'kms', `key/${id}`),
    KeyId: id => id,
  }),
  'AWS::Lambda::Permission': inert(generated),
  'AWS::S3::Bucket': inert((request, place) => String(request.properties.BucketName ?? generatedName(request, place, 63).toLowerCase()), {
    Arn: (id, place) => `arn:${place.partition}:s3:::${id}`,
    DomainName: (id, place) => `${id}.s3.${place.urlSuffix}`,
    RegionalDomainName: (id, place) => `${id}.s3.${place.region}.${place.urlSuffix}`,
  }, ['BucketName']),
  'AWS::S3::BucketPolicy': inert(generated),
  'AWS::SNS::Subscription': inert((_request, place) => arn(place, 'sns', `subscription:${randomUuid(place.random)}`)),
  'AWS::SNS::Topic': inert((request, place) => arn(place, 'sns', named('TopicName')(request, place)), {
    TopicArn: id => id,
    TopicName: id => id.split(':').pop(),
  }, ['TopicName']),
  'AWS::SNS::TopicPolicy': inert(generated),
  'AWS::SQS::Queue': inert((request, place) => `https://sqs.${place.region}.${place.urlSuffix}/${place.account}/${named('QueueName')(request, place)}`, {
    Arn: (id, place) => arn(place, 'sqs', id.split('/').pop()!),
    QueueName: id => id.split('/').pop(),
    QueueUrl: id => id,
  }, ['QueueName']),
  'AWS::SQS::QueuePolicy': inert(generated),
  'AWS::SSM::Parameter': inert(named('Name'), {
    Type: (_id, _place, request) => request.properties.Type,
    Value: (_id, _place, request) => request.properties.Value,
  }, ['Name']),
};

function inert(physicalId: PhysicalId, attributes: Readonly<Record<string, Attribute>> = {}, replacedBy: readonly string[] = []): PlainType {
  return {
    seconds: [1, 5],
    replacedBy,
    identify: (request, place) => {
      const id = physicalId(request, place);
      return { physicalId: id, attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, value(id, place, request)])) };
    },
  };
}

function generated(request: ResourceRequest, place: Place): string {
  return generatedName(request, place);
}

function named(property: string): PhysicalId {
  return (request, place) => String(request.properties[property] ?? generatedName(request, place));
}

/** As EC2 does: `vpc-0123456789abcdef0`. */
function prefixed(prefix: string): PhysicalId {
  return (_request, place) => `${prefix}-${randomHex(place.random, 17)}`;
}
