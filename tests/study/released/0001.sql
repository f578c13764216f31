BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE asked (
	learner_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	entry_id VARCHAR(200) NOT NULL, 
	topic VARCHAR(200) NOT NULL, 
	question TEXT NOT NULL, 
	CONSTRAINT pk_asked PRIMARY KEY (learner_id, at, entry_id), 
	CONSTRAINT fk_asked_learner_id FOREIGN KEY(learner_id) REFERENCES learners (id) ON DELETE CASCADE
);
INSERT INTO "asked" VALUES(1,'2026-12-01 12:00:00.000000','rope','position','RoPE 是什么');
INSERT INTO "asked" VALUES(1,'2026-12-01 12:00:00.000000','dpo','alignment','DPO 的损失');
CREATE TABLE attempts (
	id INTEGER NOT NULL, 
	learner_id INTEGER NOT NULL, 
	"key" VARCHAR(200) NOT NULL, 
	entry_id VARCHAR(200) NOT NULL, 
	topic VARCHAR(200) NOT NULL, 
	at DATETIME NOT NULL, 
	slot INTEGER NOT NULL, 
	origin VARCHAR(200) NOT NULL, 
	question TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	score INTEGER, 
	evidence BOOLEAN NOT NULL, 
	points JSON NOT NULL, 
	misconceptions JSON NOT NULL, 
	flags JSON NOT NULL, 
	self_score INTEGER, 
	aided BOOLEAN NOT NULL, 
	rating INTEGER, 
	difficulty INTEGER NOT NULL, 
	seconds DOUBLE, 
	interview_id INTEGER, 
	disputes JSON NOT NULL, 
	CONSTRAINT pk_attempts PRIMARY KEY (id), 
	CONSTRAINT fk_attempts_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE SET NULL, 
	CONSTRAINT fk_attempts_learner_id FOREIGN KEY(learner_id) REFERENCES learners (id) ON DELETE CASCADE, 
	CONSTRAINT uq_attempts_learner_id_key UNIQUE (learner_id, "key")
);
INSERT INTO "attempts" VALUES(1,1,'a1','dpo','alignment','2026-11-25 12:01:26.400000',1995120,'interview','什么是 DPO?','偏好对直接优化策略 😀
第二行',55,1,'{"key-idea": 1.0, "derivation": 0.0, "tradeoffs": 0.25}','["DPO \u6ca1\u6709\u5956\u52b1"]','["short"]',80,0,NULL,3,61.5,1,'["I did say \u03b2"]');
INSERT INTO "attempts" VALUES(2,1,'a2','lora','peft','2026-11-26 12:00:00.000000',1995216,'grade','','',20,1,'{}','[]','[]',NULL,0,NULL,2,NULL,NULL,'[]');
INSERT INTO "attempts" VALUES(3,1,'a3','lora','peft','2026-11-27 12:00:00.000000',1995312,'review','','',90,0,'{}','[]','[]',NULL,1,NULL,2,NULL,NULL,'[]');
INSERT INTO "attempts" VALUES(4,1,'a4','lora','peft','2026-11-28 12:00:00.000000',1995408,'review','','',NULL,0,'{}','[]','[]',NULL,0,3,2,NULL,NULL,'[]');
INSERT INTO "attempts" VALUES(5,1,'a5','lora','peft','2026-11-29 12:00:00.000000',1995504,'grade','','',NULL,0,'{}','[]','[]',NULL,0,NULL,2,NULL,NULL,'[]');
INSERT INTO "attempts" VALUES(6,1,'a6','dpo','alignment','2026-11-30 12:00:00.000000',1995600,'drill','','',0,0,'{"derivation": 0.0}','[]','[]',NULL,0,NULL,2,NULL,NULL,'[]');
CREATE TABLE cards (
	learner_id INTEGER NOT NULL, 
	entry_id VARCHAR(200) NOT NULL, 
	topic VARCHAR(200) NOT NULL, 
	due DATETIME NOT NULL, 
	state INTEGER NOT NULL, 
	step INTEGER, 
	stability DOUBLE, 
	difficulty DOUBLE, 
	last_review DATETIME, 
	priority INTEGER NOT NULL, 
	level DOUBLE, 
	tried INTEGER NOT NULL, 
	missed INTEGER NOT NULL, 
	failed BOOLEAN NOT NULL, 
	CONSTRAINT pk_cards PRIMARY KEY (learner_id, entry_id), 
	CONSTRAINT fk_cards_learner_id FOREIGN KEY(learner_id) REFERENCES learners (id) ON DELETE CASCADE
);
INSERT INTO "cards" VALUES(1,'lora','peft','2026-12-01 12:00:00.000000',2,NULL,3.08630618279178214891e+00,7.5918339286046,'2026-11-28 12:00:00.000000',0,20.0,2,1,0);
INSERT INTO "cards" VALUES(1,'rope','position','2026-12-01 12:00:00.000000',1,0,NULL,NULL,NULL,1,NULL,0,0,0);
INSERT INTO "cards" VALUES(1,'dpo','alignment','2026-11-25 12:16:26.400000',1,0,1.2931,5.11217070560105568688e+00,'2026-11-25 12:01:26.400000',1,55.0,1,0,0);
CREATE TABLE interviews (
	id INTEGER NOT NULL, 
	learner_id INTEGER NOT NULL, 
	"key" VARCHAR(200) NOT NULL, 
	started DATETIME NOT NULL, 
	finished DATETIME, 
	"plan" JSON NOT NULL, 
	state JSON NOT NULL, 
	report JSON, 
	CONSTRAINT pk_interviews PRIMARY KEY (id), 
	CONSTRAINT fk_interviews_learner_id FOREIGN KEY(learner_id) REFERENCES learners (id) ON DELETE CASCADE, 
	CONSTRAINT uq_interviews_learner_id_key UNIQUE (learner_id, "key")
);
INSERT INTO "interviews" VALUES(1,1,'first','2026-11-25 12:00:00.000000','2026-11-26 12:00:00.000000','{"topics": ["alignment"], "seed": 7}','{"step": 3}','{"score": 55}');
INSERT INTO "interviews" VALUES(2,1,'second','2026-11-26 12:00:00.000000',NULL,'{}','{"step": 0}',NULL);
CREATE TABLE learners (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR(200) NOT NULL, 
	created DATETIME NOT NULL, 
	CONSTRAINT uq_learners_name UNIQUE (name)
);
INSERT INTO "learners" VALUES(1,'me','2026-11-25 12:00:00.000000');
CREATE TABLE marks (
	learner_id INTEGER NOT NULL, 
	entry_id VARCHAR(200) NOT NULL, 
	point_id VARCHAR(200) NOT NULL, 
	tried INTEGER NOT NULL, 
	missed INTEGER NOT NULL, 
	credit DOUBLE NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_marks PRIMARY KEY (learner_id, entry_id, point_id), 
	CONSTRAINT fk_marks_learner_id FOREIGN KEY(learner_id) REFERENCES learners (id) ON DELETE CASCADE
);
INSERT INTO "marks" VALUES(1,'dpo','derivation',2,2,0.0,'2026-11-30 12:00:00.000000');
INSERT INTO "marks" VALUES(1,'dpo','key-idea',1,0,1.0,'2026-11-25 12:01:26.400000');
INSERT INTO "marks" VALUES(1,'dpo','tradeoffs',1,1,0.25,'2026-11-25 12:01:26.400000');
CREATE TABLE standings (
	learner_id INTEGER NOT NULL, 
	topic VARCHAR(200) NOT NULL, 
	ability DOUBLE NOT NULL, 
	answers INTEGER NOT NULL, 
	gap DOUBLE NOT NULL, 
	rated INTEGER NOT NULL, 
	CONSTRAINT pk_standings PRIMARY KEY (learner_id, topic), 
	CONSTRAINT fk_standings_learner_id FOREIGN KEY(learner_id) REFERENCES learners (id) ON DELETE CASCADE
);
INSERT INTO "standings" VALUES(1,'peft',-0.3,1,0.0,0);
INSERT INTO "standings" VALUES(1,'alignment',2.81058578630004940457e-01,1,25.0,1);
CREATE TABLE turns (
	interview_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	kind VARCHAR(200) NOT NULL, 
	question TEXT NOT NULL, 
	answer TEXT, 
	entry_id VARCHAR(200), 
	grade JSON, 
	seconds DOUBLE, 
	CONSTRAINT pk_turns PRIMARY KEY (interview_id, number), 
	CONSTRAINT fk_turns_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE
);
INSERT INTO "turns" VALUES(1,1,'2026-11-25 12:01:00.000000','question','什么是 DPO?','偏好对','dpo','{"score": 55}',61.5);
INSERT INTO "turns" VALUES(1,2,'2026-11-25 12:02:00.000000','probe','什么是 DPO?',NULL,NULL,NULL,NULL);
CREATE INDEX ix_cards_learner_id_due ON cards (learner_id, due);
CREATE INDEX ix_interviews_learner_id_started ON interviews (learner_id, started);
CREATE INDEX ix_attempts_activity ON attempts (learner_id, slot, evidence, score);
CREATE INDEX ix_attempts_interview_id ON attempts (interview_id);
CREATE INDEX ix_attempts_learner_id_at ON attempts (learner_id, at);
CREATE INDEX ix_attempts_learner_id_entry_id_at ON attempts (learner_id, entry_id, at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('learners',1);
COMMIT;
