// Progress and new attempts for the page of a large file; without it the form works as any form does.
"use strict";
(() => {
  const ATTEMPTS = 4;

  function wire() {
    const form = document.getElementById("upload");
    if (!form) return;
    const bar = document.getElementById("progress");
    const problem = document.getElementById("problem");

    function tell(words) {
      problem.textContent = words;
      problem.hidden = !words;
    }

    function send(attempt) {
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
      });
      request.addEventListener("load", () => {
        if (request.status >= 500) return again(attempt);
        // A page came back: this one with a remark, or «it has come».
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        const main = page.querySelector("main");
        if (!main) return again(ATTEMPTS);
        document.querySelector("main").replaceWith(document.adoptNode(main));
        wire();
      });
      request.addEventListener("error", () => again(attempt));
      bar.hidden = false;
      bar.value = 0;
      request.send(new FormData(form));
    }

    function again(attempt) {
      if (attempt >= ATTEMPTS) {
        bar.hidden = true;
        form.querySelector("button").disabled = false;
        return tell(form.dataset.failed);
      }
      tell(form.dataset.broken);
      setTimeout(() => send(attempt + 1), 1000 * attempt * attempt);
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.querySelector("button").disabled = true;
      tell("");
      send(1);
    });
  }

  wire();
})();
