import { useEventListener } from '@vueuse/core'
import { ref, useId } from 'vue'
import type { Ref, ShallowRef } from 'vue'

const GAP_PX = 4

type ElementRef = Readonly<ShallowRef<HTMLElement | null>>

/** What a button opens below it: over everything else, until Escape or a press elsewhere. */
export interface Popover {
  readonly id: string
  readonly isOpen: Ref<boolean>
  /** Attributes of the button. */
  readonly opener: Record<string, string>
  /** Attributes of what it opens. */
  readonly opened: Record<string, string>
  /** Listeners of what it opens. */
  readonly listeners: { beforetoggle(event: ToggleEvent): void; toggle(event: ToggleEvent): void }
  open(): void
  /** Gives the focus back to the button. */
  close(): void
}

/** Focuses what `focusOn` selects when it has been opened. */
export function usePopover(button: ElementRef, popover: ElementRef, focusOn: string): Popover {
  const id = useId()
  const isOpen = ref(false)

  /** Below its button, and no lower than the window's end. */
  function place(): void {
    const { bottom, right } = button.value!.getBoundingClientRect()
    Object.assign(popover.value!.style, {
      top: `${bottom + GAP_PX}px`,
      right: `${innerWidth - right}px`,
      maxHeight: `${innerHeight - bottom - 2 * GAP_PX}px`,
    })
  }

  useEventListener('resize', () => {
    if (isOpen.value) place()
  })

  return {
    id,
    isOpen,
    opener: { popovertarget: id },
    opened: { id, popover: 'auto' },
    listeners: {
      // What follows it is told of late: with only that, the first frame would show it somewhere else.
      beforetoggle({ newState }) {
        isOpen.value = newState === 'open'
        if (isOpen.value) place()
      },
      // Nothing takes the focus before it is there to be seen.
      toggle({ newState }) {
        if (newState === 'open') popover.value?.querySelector<HTMLElement>(focusOn)?.focus()
      },
    },
    open() {
      if (!isOpen.value) popover.value?.showPopover()
    },
    close() {
      popover.value?.hidePopover()
      button.value?.focus()
    },
  }
}
