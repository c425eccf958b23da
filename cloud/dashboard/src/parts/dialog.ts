import { html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import { customElement, state } from 'lit/decorators.js';
import { connection } from '../api/connection';
import type { ApiError } from '../api/client';
import { commandLine } from './command-line';
import { Part } from './element';
import { icon } from './icon';
import { sentence } from './panel';

export interface Question {
  title: string;
  text: unknown;
  /** What the button says: a verb. */
  verb: string;
  command?: string;
  act: () => Promise<unknown>;
}

/** Asks before something is done, shows how to do it from a shell, and says what went wrong. The browser's own dialog keeps the focus and knows Escape. */
@customElement('fleet-dialog')
export class Dialog extends Part {
  @state() private question: Question | null = null;
  @state() private isBusy = false;
  @state() private problem: ApiError | null = null;
  private readonly dialog = createRef<HTMLDialogElement>();

  ask(question: Question): void {
    this.question = question;
    this.problem = null;
    this.isBusy = false;
    void this.updateComplete.then(() => this.dialog.value?.showModal());
  }

  protected override render(): TemplateResult {
    const q = this.question;
    return html`<dialog ${ref(this.dialog)} aria-labelledby="dialog-title" @close=${() => (this.question = null)}>
      ${q === null
        ? nothing
        : html`<h2 id="dialog-title">${q.title}</h2>
            <div class="text">${q.text}</div>
            ${q.command ? commandLine(q.command) : nothing}
            ${this.problem ? html`<p class="error" role="alert">${icon('bad')}${sentence(this.problem.message)} ${this.problem.hint ? sentence(this.problem.hint) : ''}</p>` : nothing}
            <footer>
              <button type="button" @click=${() => this.dialog.value?.close()}>Cancel</button>
              <button type="button" class="primary" ?disabled=${this.isBusy || connection.isAway} @click=${this.act}>${this.isBusy ? 'Asking …' : q.verb}</button>
            </footer>`}
    </dialog>`;
  }

  private async act(): Promise<void> {
    this.isBusy = true;
    try {
      await this.question?.act();
      this.dialog.value?.close();
    } catch (error) {
      this.problem = error as ApiError;
    }
    this.isBusy = false;
  }
}

/** The one dialog of the page. */
export function ask(question: Question): void {
  document.querySelector<Dialog>('fleet-dialog')!.ask(question);
}
