import { html, type TemplateResult } from 'lit';
import { icon } from './icon';

export function step(number: number, title: string, isDone: boolean, body: unknown): TemplateResult {
  return html`<section class="step ${isDone ? 'done' : ''}" aria-labelledby="step-${number}">
    <h2 id="step-${number}"><span class="number" aria-hidden="true">${isDone ? icon('ok') : number}</span>${title}</h2>
    <div class="body">${body}</div>
  </section>`;
}
