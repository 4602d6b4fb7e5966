/** What products say of plain elements, as they say it: each is laid over the components, which have to look as without. */
export const RESETS: Readonly<Record<string, string>> = {
  'the universal one': '* { margin: 0; padding: 0; box-sizing: border-box; border: 0; list-style: none }',
  'everything unset': `
    *:where(:not(html, iframe, canvas, img, svg, video, audio):not(svg *, symbol *)) { all: unset; display: revert }
    *, *::before, *::after { box-sizing: border-box }
    ol, ul, menu, summary { list-style: none }
    a, button { cursor: revert }`,
  'that of a framework': `
    *, ::after, ::before, ::backdrop, ::file-selector-button { box-sizing: border-box; margin: 0; padding: 0; border: 0 solid }
    h1, h2, h3, h4, h5, h6 { font-size: inherit; font-weight: inherit }
    a { color: inherit; text-decoration: inherit }
    b, strong { font-weight: bolder }
    code, kbd, samp, pre { font-family: monospace; font-size: 1em }
    ol, ul, menu { list-style: none }
    img, svg, video, canvas { display: block; vertical-align: middle }
    table { text-indent: 0; border-color: inherit; border-collapse: collapse }
    button, [type='button'], [type='reset'], [type='submit'] {
      -webkit-appearance: button; background-color: transparent; background-image: none; font: inherit; color: inherit;
      letter-spacing: inherit; border-radius: 0; opacity: 1 }
    [type='text'], input:where(:not([type])), [type='number'], select {
      appearance: none; background-color: #fff; border-color: #6b7280; border-width: 1px; border-radius: 0;
      padding: 0.5rem 0.75rem; font-size: 1rem; line-height: 1.5rem }
    [type='checkbox'] { appearance: none; padding: 0; display: inline-block; height: 1rem; width: 1rem; background-color: #fff }
    fieldset, legend { padding: 0; margin: 0 }`,
  'a look of its own': `
    h2, h3 { font: 700 3rem serif; text-transform: uppercase; color: crimson; margin: 2em 0; text-align: center }
    p, li, dd, dt, label, td, th { margin: 1em; padding: 4px; color: navy; letter-spacing: 0.2em; line-height: 3 }
    ul, ol { padding: 0 0 0 40px; list-style: square }
    a { color: orange; text-decoration: underline wavy }
    button { background: lime; border: 4px dotted red; border-radius: 30px; text-transform: uppercase; min-width: 300px;
      padding: 30px; box-shadow: 0 0 9px black; margin: 10px; font: 900 30px fantasy; float: right }
    button:hover, button:focus { background: yellow }
    button:not(:disabled) { cursor: crosshair }
    input, select { width: 100%; height: 90px; border: 5px solid; background: pink; margin: 20px }
    table { border: 3px solid; width: auto } td, th { border: 2px solid; background: wheat }
    dialog { width: 90vw; height: 90vh; background: black; color: white; border: 9px groove; margin: 0 }
    dialog::backdrop { background: transparent }
    header, footer, section, article { padding: 50px; background: #eee; position: relative; text-align: right }
    fieldset { border: 3px dashed; padding: 20px } legend { float: left }
    main button { color: fuchsia }`,
};
