export { CountryPicker } from "./element";
export { sentence, type Rule } from "./sentence";
export { loadTerritories, type Territories } from "./territories";
export { TEXTS } from "./texts";
