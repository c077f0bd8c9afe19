import { CfnResource, Stack } from 'aws-cdk-lib';

/** The stack around all others. */
export function rootStack(stack: Stack): Stack {
  return stack.nestedStackParent ? rootStack(stack.nestedStackParent) : stack;
}

/** Whether the one stack is nested in the other, at any depth. */
export function isNestedIn({ nestedStackParent: parent }: Stack, other: Stack): boolean {
  return parent !== undefined && (parent === other || isNestedIn(parent, other));
}

/** The logical ids of the nested stack and of those around it, from the root down; none of a root stack. */
export function nestedStacks({ nestedStackParent: parent, nestedStackResource: resource }: Stack): string[] {
  return parent ? [...nestedStacks(parent), (resource as CfnResource).logicalId] : [];
}
