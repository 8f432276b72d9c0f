-- The namespace `button_color` in the SQL of DuckDB: the same hashes, the same answers.
-- `$units` and `$answers` are files, set by the program that runs this.

-- The first 60 bits of SHA-1, and the same as a number from 0 to 1.
CREATE MACRO draw(text) AS ('0x' || left(sha1(text), 15))::BIGINT;
CREATE MACRO uniform(text) AS draw(text)::DOUBLE / 1152921504606846975::DOUBLE;

CREATE VIEW answers AS
WITH placed AS (
    SELECT userid, draw('null.x.' || userid) % 10 AS segment FROM units
),
owned AS (
    -- What `planout nslist -m segments` says: an allocation is hashes, too, but only done once.
    SELECT *, segment IN (0, 1, 6, 8, 9) AS colors FROM placed
)
SELECT
    userid,
    segment,
    CASE WHEN colors THEN 'Colors' END AS experiment,
    true AS in_experiment,
    CASE WHEN colors
        THEN ['#3b5998', '#1a936f'][draw('button_color.Colors.color.' || userid) % 2 + 1]
        ELSE '#3b5998'
    END AS color,
    CASE WHEN colors AND uniform('button_color.Colors.label.' || userid) > 0.8::DOUBLE
        THEN 'Sign up'
        ELSE 'Join'
    END AS label
FROM owned;
