-- What is another authority's business the classifier proposes to refer (T11); an officer decides.

GRANT INSERT, UPDATE ON request TO pa_classifier;
