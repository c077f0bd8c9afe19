import * as answers from './invariants-of-answers';
import * as copies from './invariants-of-copies';
import * as updates from './invariants-of-updates';
import { Violation } from './player';
import { Step } from './step';

/** Says what is wrong with the last of the steps. */
export type Invariant = (steps: readonly Step[]) => string[];

/** What holds after every operation, by name; `ends` is the player's own. */
export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  answersByTheRules: answers.answersByTheRules,
  startsNoSecondCopy: copies.startsNoSecondCopy,
  copiesOnlyWhatIsAskedFor: copies.copiesOnlyWhatIsAskedFor,
  deletesOnlyWhatTheTemplateDeletes: copies.deletesOnlyWhatTheTemplateDeletes,
  everyStackHasWhatItHolds: copies.everyStackHasWhatItHolds,
  shortensNoOthersLife: copies.shortensNoOthersLife,
  takesOverNothingThatIsKept: copies.takesOverNothingThatIsKept,
  deletesWhatTheTemplateDeletes: copies.deletesWhatTheTemplateDeletes,
  rollsBackToWhatWas: updates.rollsBackToWhatWas,
  rollsBack: updates.rollsBack,
  keepsTheIdOfAnUnchangedCopy: updates.keepsTheIdOfAnUnchangedCopy,
  attributesNameTheCopy: updates.attributesNameTheCopy,
  livesAsLongAsAsked: updates.livesAsLongAsAsked,
  survivesWhatPasses: updates.survivesWhatPasses,
  answersEveryRequestOnce: answers.answersEveryRequestOnce,
  tellsFailures: answers.tellsFailures,
};

/** Everything that is wrong with the last of the steps. */
export function judge(steps: readonly Step[]): Violation[] {
  return Object.entries(INVARIANTS).flatMap(([invariant, holds]) => holds(steps).map(what => ({ invariant, what })));
}
