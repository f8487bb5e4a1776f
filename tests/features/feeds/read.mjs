// Reads a calendar from standard input with ical.js, and writes its events as JSON.
import ICAL from "ical.js";

let text = "";
for await (const part of process.stdin) text += part;
const calendar = new ICAL.Component(ICAL.parse(text));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const events = calendar.getAllSubcomponents("vevent").map((one) => {
  const event = new ICAL.Event(one);
  return {
    uid: event.uid,
    summary: event.summary,
    sequence: event.sequence,
    whole_day: event.startDate.isDate,
    zone: event.startDate.zone.tzid,
    starts: event.startDate.isDate ? event.startDate.toString() : event.startDate.toJSDate().toISOString(),
    ends: event.endDate.isDate ? event.endDate.toString() : event.endDate.toJSDate().toISOString(),
    described: event.description,
  };
});
console.log(JSON.stringify({ name: calendar.getFirstPropertyValue("x-wr-calname"), events }));
