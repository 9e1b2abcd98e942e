"""The code words that the demonstration data use in text keys of the fact tables."""

FIRST_YEAR, LAST_YEAR = 2014, 2023  # school years, by their first calendar year
YEARS = list(range(FIRST_YEAR, LAST_YEAR + 1))
AS_OF = "2024-12-31"

GENERAL_TYPES = ("primary", "basic", "secondary", "state_gymnasium", "special")
BASIC_TYPES = ("basic",)  # "basic schools" of the published risk shares
SECONDARY_TYPES = ("secondary", "state_gymnasium")  # "secondary schools" of the published risk shares

ABSENCE_REASONS = ("motivation", "family", "health_without_note", "other")
ABSENCE_ACTIONS = (
    "talk_with_pupil",
    "talk_with_parents",
    "support_staff",
    "social_service",
    "inter_institution_meeting",
    "orphans_court",
    "addiction_treatment",
    "municipal_police",
)

EXAM_SUBJECTS = ("latvian", "mathematics", "english")
MARK_SUBJECTS = ("latvian", "mathematics", "english", "science", "social_studies")
# exam levels: basic "state" to 2021/22 and "centralised" from 2022/23; upper_secondary "single" to 2021/22,
# then "optimal" (compulsory) and "higher"; vocational "qualification"

QUALIFICATION_GROUPS = (
    "engineering_manufacturing_construction",
    "services",
    "humanities_arts",
    "social_business_law",
    "science_maths_it",
    "agriculture",
    "health_welfare",
)

COMPLAINT_TOPICS = (
    "programme_implementation",
    "assessment",
    "ethics",
    "safety_violence",
    "learner_rights",
    "communication",
)

CRITERIA = {  # criterion -> area
    "competences_achievements": "fit_for_purpose",
    "continuation_employment": "fit_for_purpose",
    "equality_inclusion": "fit_for_purpose",
    "teaching_learning": "quality_learning",
    "teacher_capacity": "quality_learning",
    "programme_implementation": "quality_learning",
    "accessibility": "inclusive_environment",
    "safety_wellbeing": "inclusive_environment",
    "infrastructure_resources": "inclusive_environment",
    "administrative_efficiency": "good_governance",
    "leadership": "good_governance",
    "support_cooperation": "good_governance",
}
AREAS = ("quality_learning", "inclusive_environment", "good_governance", "fit_for_purpose")

PRIORITY_TOPICS = {  # topic -> areas in which such tasks are set
    "learning_organisation": ("good_governance", "quality_learning"),
    "individual_support": ("inclusive_environment", "quality_learning"),
    "competence_approach": ("quality_learning",),
}
OTHER_TOPICS = {
    "quality_learning": ("assessment_practice", "lesson_quality", "programme_planning"),
    "inclusive_environment": ("safety_wellbeing", "accessibility", "resources"),
    "good_governance": ("self_evaluation", "staff_management", "cooperation"),
    "fit_for_purpose": ("goals_and_results", "continuation", "equal_opportunity"),
}

VISIT_CRITERIA = (  # the report's keys without "unified_"
    "fully_latvian",
    "parents_informed",
    "communication_to_improve",
    "environment_adapted",
    "support_staff",
    "language_strategies",
    "methodical_support_2022_23",
    "methodical_support_2023_24",
    "learning_materials",
    "pupils_communicate",
    "pupils_difficulties",
)

FINANCE_CATEGORIES = (
    "teacher_pay",
    "support_pay",
    "premises",
    "learning_materials",
    "meals_transport",
)

SUBJECT_GROUPS = (
    "preschool",
    "primary_grades",
    "latvian",
    "foreign_languages",
    "mathematics",
    "science",
    "social_sciences",
    "technology_computing",
    "arts_music",
    "health_sport",
    "special_support",
    "vocational",
)
AGES_FROM = (20, 25, 30, 35, 40, 45, 50, 55, 60, 65)

NACE_SECTIONS = ("A", "C", "F", "G", "H", "I", "J", "K", "M", "N", "O", "P", "Q", "R")
OCCUPATION_GROUPS = tuple("123456789")  # ISCO-08 major groups


def ended(year: int) -> int:
    """Index of the school year that ended in a calendar year, within the simulated ones."""
    return min(max(year - 1 - FIRST_YEAR, 0), len(YEARS) - 1)
