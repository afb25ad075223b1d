// Asks WeChat to show its window for one notice; without WeChat around, the page only says what it is for.

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const words = read("page-words");
const say = (text) => {
  document.getElementById("notice-words").textContent = text;
};

if (window.wx) {
  window.wx.config({ ...read("wechat-config"), jsApiList: [], openTagList: ["wx-open-subscribe"] });
  const ask = document.getElementById("ask");
  ask.addEventListener("success", (event) => {
    const answered = JSON.stringify(event.detail ?? "");
    say(answered.includes("accept") ? words.notice_done : words.notice_refused);
  });
  ask.addEventListener("error", () => say(words.notice_refused));
}
