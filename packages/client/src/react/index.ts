/** React bindings: hooks over the client, and components that a product drops in and themes with CSS variables. */
export { AccountSwitch, type AccountSwitchProps } from './account-switch.tsx';
export { Amount } from './amount.tsx';
export { AtRisk, type AtRiskProps } from './at-risk.tsx';
export { Because } from './because.tsx';
export { type CatalogNames, catalogNames, type ShownClass } from './catalog-names.ts';
export { type Cheaper, cheaperSettings } from './cheaper.ts';
export { CheckoutNote } from './checkout-note.tsx';
export { ClassMark } from './class-mark.tsx';
export { CostButton, type CostButtonProps } from './cost-button.tsx';
export { CreditsBadge } from './credits-badge.tsx';
export { OrderStrip } from './credits-header.tsx';
export { CreditsPage, type CreditsPageProps } from './credits-page.tsx';
export { Dialog, type DialogProps } from './dialog.tsx';
export { DrawBar, type DrawBarPart } from './draw-bar.tsx';
export { DrawdownProvider, type DrawdownProviderProps } from './drawdown-provider.tsx';
export { Failure, failureText } from './failure.tsx';
export type { Format } from './format.ts';
export { HistorySection } from './history-section.tsx';
export { HistoryTable } from './history-table.tsx';
export { Icon, type IconName } from './icon.tsx';
export { InsufficientCreditsDialog, type InsufficientCreditsDialogProps } from './insufficient-dialog.tsx';
export { Intent } from './intent.ts';
export { Invite } from './invite.tsx';
export type { Connection, LiveState } from './live-account.ts';
export { sourceOf } from './lots.ts';
export { english } from './messages/english.ts';
export {
  createTranslate,
  type FirstMessages,
  type MessageKey,
  type Messages,
  type Translate,
} from './messages/translate.ts';
export type { Message } from './messages/words.ts';
export { OpenOnWeb } from './open-on-web.tsx';
export { PackPicker } from './pack-picker.tsx';
export { type PlanChoice, PlanPicker, type PlanPickerProps } from './plan-picker.tsx';
export {
  type Drawdown,
  type Reading,
  SpokenProvider,
  type SpokenProviderProps,
  useCatalog,
  useDrawdown,
  useNames,
  useReading,
} from './provider.tsx';
export { reasonText } from './reasons.ts';
export { RedeemForm } from './redeem-form.tsx';
export { saveFile } from './save-file.ts';
export { TeamSection } from './team-section.tsx';
export { Timeline } from './timeline.tsx';
export { UsageSection } from './usage-section.tsx';
export { useForecast, useLots, useOpenHolds, usePurchases, useSubscriptions } from './use-account.ts';
export { type LiveBalance, useBalance } from './use-balance.ts';
export { type Spending, useConsume, useHold } from './use-consume.ts';
export { type History, type HistoryFilter, useHistory } from './use-history.ts';
export { useKept } from './use-kept.ts';
export { type Quoting, useQuote } from './use-quote.ts';
export { type Standing, useMembers, useMoreRequests, useStanding } from './use-team.ts';
