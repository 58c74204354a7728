/** The server's words, as its OpenAPI document tells them. */

import type { components } from "./schema";

type S = components["schemas"];

export type Me = S["Me"];
export type Person = S["Person"];
export type Project = S["Project"];
export type Video = S["Video"];
export type Thing = S["Thing"];
export type SavedThing = S["SavedThing"];
export type Rle = S["Rle"];
export type Point = S["Point"];
export type Prompt = Required<S["PromptIn"]>;
export type Prompted = S["Prompted"];
export type Extent = S["Extent"];
export type ObjectMask = S["ObjectMask"];
export type FrameOfMasks = S["FrameOfMasks"];
export type Timeline = S["Timeline"];
export type TimelineRow = S["TimelineRow"];
export type Doubt = S["Doubt"];
export type Undone = S["Undone"];
export type Job = S["Job"];
export type Task = S["Task"];
export type Batch = S["Batch"];
export type Queue = S["Queue"];
export type AnswerOut = S["AnswerOut"];
export type Localisation = S["Localisation"];
export type ReviewItem = S["ReviewItem"];
export type ReviewedPoint = S["ReviewedPoint"];
export type Statistics = S["StatisticsOut"];
export type Interval = S["Interval"];
export type FormatOut = S["FormatOut"];
export type Label = 0 | 1 | 2;
export type Role = "owner" | "annotator" | "viewer";
export type Order = "paper" | "gain";
