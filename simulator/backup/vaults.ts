import { Scenario, VaultRule } from '../scenario';
import { placeOf } from './recovery-point-arn';

/** Plain data: vaults that a template declares, by ARN. */
export type VaultState = Record<string, { readonly exists: boolean; readonly properties: Omit<VaultRule, 'arn'> }>;

/** Vaults of every account. What no template declares and no scenario names as missing exists and has nothing particular. */
export class Vaults {
  constructor(private readonly scenario: () => Scenario, private readonly state: VaultState) {}

  /** The template will create this one: until then it does not exist. */
  declare(arn: string): void {
    this.state[arn] ??= { exists: false, properties: {} };
  }

  put({ arn, ...properties }: VaultRule): void {
    this.state[arn] = { exists: true, properties };
  }

  delete(arn: string): void {
    this.state[arn] = { exists: false, properties: {} };
  }

  exists(arn: string): boolean {
    return !this.scenario().missingVaults.includes(arn) && (this.state[arn]?.exists ?? true);
  }

  /** What the template says about the vault, overruled by the scenario. */
  get(arn: string): VaultRule & Required<Pick<VaultRule, 'type' | 'locked' | 'encryptionKeyArn'>> {
    const rule = { ...this.state[arn]?.properties, ...this.scenario().vaults.find(known => known.arn === arn) };
    const type = rule.type ?? 'BACKUP_VAULT';
    return {
      ...rule,
      arn,
      type,
      locked: rule.locked ?? type === 'LOGICALLY_AIR_GAPPED_BACKUP_VAULT',
      encryptionKeyArn: rule.encryptionKeyArn ?? managedKey(arn),
    };
  }
}

/** The name at the end of a vault's ARN. */
export function vaultNameOf(vaultArn: string): string {
  return vaultArn.split(':').pop() as string;
}

function managedKey(vaultArn: string): string {
  const { partition, region, account } = placeOf(vaultArn);
  return `arn:${partition}:kms:${region}:${account}:key/00000000-0000-4000-8000-000000000000`;
}
