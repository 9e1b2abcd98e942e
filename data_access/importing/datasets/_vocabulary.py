"""The words that files may use for the codes of the fact tables: code, Latvian, English, other spellings."""

from __future__ import annotations

from indicators.stages import NAMES, WHOLE

from .model import Choice


def _choices(*rows: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(code, lv, en, tuple(rest)) for code, lv, en, *rest in rows)


STAGE_SYNONYMS = {
    "preschool": ("pirmsskolas izglītība",),
    "basic": ("vispārējā pamatizglītība",),
    "upper_secondary": ("vispārējā vidējā", "vidējā izglītība"),
    "vocational": ("profesionālā",),
    "orientation": ("profesionālā ievirze", "interešu un profesionālā ievirze"),
    "higher": ("augstākā",),
}
STAGES = tuple(
    Choice(code, names["lv"], names["en"], STAGE_SYNONYMS.get(code, ()))
    for code, names in NAMES.items()
    if code not in WHOLE
)

SUBJECTS = _choices(
    ("latvian", "Latviešu valoda", "Latvian", "latviešu valoda un literatūra"),
    ("mathematics", "Matemātika", "Mathematics", "matemātika i"),
    ("english", "Angļu valoda", "English", "svešvaloda (angļu)", "angļu valoda i"),
    ("science", "Dabaszinības", "Science"),
    ("social_studies", "Sociālās zinības", "Social studies", "sociālās zinības un vēsture"),
    ("history", "Vēsture", "History", "latvijas un pasaules vēsture"),
    ("geography", "Ģeogrāfija", "Geography"),
    ("biology", "Bioloģija", "Biology"),
    ("chemistry", "Ķīmija", "Chemistry"),
    ("physics", "Fizika", "Physics"),
    ("literature", "Literatūra", "Literature"),
    ("german", "Vācu valoda", "German", "svešvaloda (vācu)"),
    ("french", "Franču valoda", "French", "svešvaloda (franču)"),
    ("russian", "Krievu valoda", "Russian", "svešvaloda (krievu)"),
    ("minority_language", "Mazākumtautības valoda", "Minority language"),
    ("computing", "Datorika", "Computing", "programmēšana"),
    ("design_technology", "Dizains un tehnoloģijas", "Design and technology"),
    ("visual_art", "Vizuālā māksla", "Visual art"),
    ("music", "Mūzika", "Music"),
    ("sport", "Sports un veselība", "Sport and health", "sports"),
    ("other_subject", "Cits mācību priekšmets", "Another subject"),
    ("professional", "Profesionālie mācību priekšmeti", "Professional subjects", "profesionālais modulis"),
    ("qualification", "Profesionālā kvalifikācija", "Professional qualification", "kvalifikācijas eksāmens"),
)

EXAM_LEVELS = _choices(
    ("state", "Valsts pārbaudes darbs", "State test", "eksāmens"),
    ("centralised", "Centralizēts eksāmens", "Centralised exam", "ce"),
    ("single", "Vienotais līmenis", "Single level", "centralizēts eksāmens līdz 2022"),
    ("optimal", "Optimālais līmenis", "Optimal level", "ol", "optimālais"),
    ("higher", "Augstākais līmenis", "Higher level", "al", "augstākais"),
    ("qualification", "Kvalifikācijas eksāmens", "Qualification exam"),
)

ABSENCE_REASONS = _choices(
    ("motivation", "Mācību motivācijas trūkums", "Lack of motivation to learn", "motivācija"),
    ("family", "Ģimenes apstākļi", "Family circumstances", "ģimene"),
    (
        "health_without_note",
        "Ar ārsta zīmi neattaisnotas veselības problēmas",
        "Health problems without a doctor's note",
        "veselība bez ārsta zīmes",
    ),
    ("other", "Citi iemesli", "Other reasons", "cits iemesls", "cits"),
)
ABSENCE_ACTIONS = _choices(
    ("talk_with_pupil", "Saruna ar izglītojamo", "Talk with the learner", "saruna ar skolēnu"),
    ("talk_with_parents", "Saruna ar vecākiem", "Talk with the parents"),
    ("support_staff", "Atbalsta personāls", "Support staff"),
    ("social_service", "Pašvaldības sociālais dienests", "Municipal social service", "sociālais dienests"),
    ("inter_institution_meeting", "Starpinstitūciju sanāksme", "Meeting of several institutions"),
    ("orphans_court", "Bāriņtiesa", "Orphans' court"),
    ("addiction_treatment", "Atkarību ārstēšana", "Addiction treatment"),
    (
        "municipal_police",
        "Pašvaldības vai valsts policija",
        "Municipal or state police",
        "pašvaldības policija",
    ),
)

INSTITUTION_TYPES = _choices(
    ("preschool", "Pirmsskola", "Preschool", "pirmsskolas izglītības iestāde"),
    ("primary", "Sākumskola", "Primary school"),
    ("basic", "Pamatskola", "Basic school"),
    ("secondary", "Vidusskola", "Secondary school", "ģimnāzija"),
    ("state_gymnasium", "Valsts ģimnāzija", "State gymnasium"),
    ("special", "Speciālā skola", "Special school", "speciālās izglītības iestāde"),
    ("vocational", "Profesionālās izglītības iestāde", "Vocational school", "tehnikums"),
    (
        "orientation",
        "Profesionālās ievirzes iestāde",
        "Vocationally oriented school",
        "mūzikas skola",
        "mākslas skola",
    ),
    ("higher", "Augstskola vai koledža", "Higher education institution", "augstskola", "koledža"),
)
FOUNDERS = _choices(
    ("municipality", "Pašvaldība", "Municipality", "pašvaldības"),
    ("state", "Valsts", "State"),
    ("private", "Privātpersona", "Private", "privāta", "privātā"),
)
URBANITY = _choices(
    ("city", "Valstspilsēta", "State city", "valsts pilsēta"),
    ("town", "Pilsēta", "Town"),
    ("rural", "Lauki", "Rural", "pagasts"),
    ("border", "Pierobeža", "Border area", "eiropas savienības ārējās robežas tuvumā"),
)

FIELDS = _choices(
    ("education", "Izglītība", "Education"),
    ("humanities_arts", "Humanitārās zinātnes un māksla", "Humanities and arts"),
    (
        "social_business_law",
        "Sociālās zinātnes, komerczinības un tiesības",
        "Social sciences, business and law",
    ),
    ("science_maths_it", "Dabaszinātnes, matemātika un IT", "Science, mathematics and IT"),
    (
        "engineering_manufacturing_construction",
        "Inženierzinātnes, ražošana un būvniecība",
        "Engineering, manufacturing and construction",
    ),
    ("agriculture", "Lauksaimniecība", "Agriculture"),
    ("health_welfare", "Veselības aprūpe un sociālā labklājība", "Health and welfare"),
    ("services", "Pakalpojumi", "Services"),
)
QUALIFICATION_GROUPS = tuple(choice for choice in FIELDS if choice.code != "education")
GRADUATE_SYSTEMS = _choices(
    ("higher", "Augstākā izglītība", "Higher education"),
    ("vocational", "Profesionālā izglītība", "Vocational education"),
)
GRADUATE_LEVELS = _choices(
    ("basic_vocational", "Profesionālā pamatizglītība", "Basic vocational"),
    ("trade", "Arodizglītība", "Trade"),
    ("secondary_vocational", "Profesionālā vidējā izglītība", "Secondary vocational"),
    ("college", "Koledža", "Short cycle", "koledža (īsais cikls)"),
    ("bachelor", "Bakalaurs", "Bachelor"),
    ("master", "Maģistrs", "Master"),
    ("doctor", "Doktors", "Doctor"),
)
SEXES = _choices(("all", "Visi", "All"), ("women", "Sievietes", "Women"), ("men", "Vīrieši", "Men"))
AGE_GROUPS = _choices(
    ("up_to_24", "Līdz 24 gadiem", "Up to 24", "līdz 24", "24 un jaunāki", "under 25", "Y_LT25"),
    ("25_29", "25–29 gadi", "25 to 29", "25–29", "Y25-29"),
    ("30_39", "30–39 gadi", "30 to 39", "30–39", "Y30-39"),
    ("40_over", "40 gadi un vairāk", "40 and over", "40 un vairāk", "40+", "Y_GE40"),
)
GRADUATE_CATEGORIES = _choices(
    ("sector", "Nozare (NACE 2. red. sekcija)", "Sector (NACE rev. 2 section)", "nozare"),
    ("occupation", "Profesiju pamatgrupa (ISCO-08)", "Occupation major group (ISCO-08)", "profesija"),
    ("region", "Dzīvesvietas reģions (NUTS 3)", "Region of residence (NUTS 3)", "reģions"),
    ("municipality", "Dzīvesvietas pašvaldība", "Municipality of residence", "pašvaldība"),
)
SERIES_ORIGINS = _choices(
    ("published", "Publicēts", "Published"),
    ("computed", "Aprēķināts no publicētā", "Computed from what is published"),
    ("demo", "Demonstrācijas vērtība", "Demonstration value"),
)

COMPLAINT_TOPICS = _choices(
    ("programme_implementation", "Izglītības programmu īstenošana", "Implementation of programmes"),
    ("assessment", "Izglītojamo vērtēšana", "Assessment of learners", "vērtēšana"),
    ("ethics", "Ētika", "Ethics"),
    ("safety_violence", "Drošība un vardarbība", "Safety and violence"),
    ("learner_rights", "Izglītojamo tiesības", "Rights of learners"),
    ("communication", "Saziņa", "Communication", "komunikācija"),
)

RATINGS = _choices(
    ("insufficient", "Nepietiekami", "Insufficient"),
    ("needs_improvement", "Jāpilnveido", "Needs improvement"),
    ("good", "Labi", "Good"),
    ("very_good", "Ļoti labi", "Very good"),
    ("excellent", "Izcili", "Excellent"),
)
VISIT_RATINGS = (
    *RATINGS,
    Choice("optimal", "Labi, ļoti labi vai izcili", "Good, very good or excellent", ("optimāli",)),
)
VISIT_CRITERIA = _choices(
    ("fully_latvian", "Mācības notika pilnībā latviešu valodā", "Teaching fully in Latvian"),
    (
        "parents_informed",
        "Vecākiem sniegta būtiskākā informācija",
        "Parents have received the essential information",
    ),
    (
        "communication_to_improve",
        "Jāpilnveido saziņa ar vecākiem vai personālu",
        "Communication with parents or staff to be improved",
    ),
    ("environment_adapted", "Vide pielāgota atbilstoši vadlīnijām", "Environment adapted to the guidelines"),
    ("support_staff", "Pieejami atbalsta personāla pakalpojumi", "Support staff services available"),
    ("language_strategies", "Pedagogi prot izmantot valodas stratēģijas", "Teachers use language strategies"),
    ("methodical_support_2022_23", "Metodiskais atbalsts 2022./2023. m. g.", "Methodical support in 2022/23"),
    ("methodical_support_2023_24", "Metodiskais atbalsts 2023./2024. m. g.", "Methodical support in 2023/24"),
    (
        "learning_materials",
        "Mācību līdzekļi latviešu valodā pieejami",
        "Learning materials in Latvian available",
    ),
    (
        "pupils_communicate",
        "Izglītojamie spēj sazināties latviešu valodā",
        "Pupils are able to communicate in Latvian",
    ),
    ("pupils_difficulties", "Izglītojamiem ir būtiskas grūtības", "Significant difficulties of pupils"),
)
EVALUATION_KINDS = _choices(
    ("accreditation", "Akreditācija", "Accreditation"),
    ("head", "Vadītāja novērtēšana", "Assessment of the head", "vadītājs"),
)
AREAS = _choices(
    ("fit_for_purpose", "Atbilstība mērķiem", "Fitness for purpose"),
    ("quality_learning", "Kvalitatīvas mācības", "Quality learning"),
    ("inclusive_environment", "Iekļaujoša vide", "Inclusive environment"),
    ("good_governance", "Laba pārvaldība", "Good governance"),
)
CRITERIA = _choices(
    ("competences_achievements", "Kompetences un sasniegumi", "Competences and achievements"),
    (
        "continuation_employment",
        "Izglītības turpināšana un nodarbinātība",
        "Continuation of education and employment",
    ),
    ("equality_inclusion", "Vienlīdzība un iekļaušana", "Equality and inclusion"),
    ("teaching_learning", "Mācīšana un mācīšanās", "Teaching and learning"),
    ("teacher_capacity", "Pedagogu profesionālā kapacitāte", "Professional capacity of teachers"),
    ("programme_implementation", "Izglītības programmu īstenošana", "Implementation of programmes"),
    ("accessibility", "Pieejamība", "Accessibility of education"),
    ("safety_wellbeing", "Drošība un psiholoģiskā labklājība", "Safety and well-being"),
    ("infrastructure_resources", "Infrastruktūra un resursi", "Infrastructure and resources"),
    ("administrative_efficiency", "Administratīvā efektivitāte", "Administrative efficiency"),
    ("leadership", "Vadības profesionālā darbība", "Professional work of the leadership"),
    ("support_cooperation", "Atbalsts un sadarbība", "Support and cooperation"),
)
TASK_TOPICS = _choices(
    ("learning_organisation", "Skola kā mācīšanās organizācija", "School as a learning organisation"),
    ("individual_support", "Individuāls atbalsts", "Individual support"),
    ("competence_approach", "Kompetenču pieeja", "Competence approach"),
    ("assessment_practice", "Vērtēšanas prakse", "Assessment practice"),
    ("lesson_quality", "Mācību stundu kvalitāte", "Quality of lessons"),
    ("programme_planning", "Programmu plānošana", "Planning of programmes"),
    ("safety_wellbeing", "Drošība un labklājība", "Safety and well-being"),
    ("accessibility", "Pieejamība", "Accessibility of education"),
    ("resources", "Resursi", "Resources"),
    ("self_evaluation", "Pašvērtēšana", "Self-evaluation"),
    ("staff_management", "Personāla vadība", "Staff management"),
    ("cooperation", "Sadarbība", "Cooperation"),
    ("goals_and_results", "Mērķi un rezultāti", "Goals and results"),
    ("continuation", "Izglītības turpināšana", "Continuation of education"),
    ("equal_opportunity", "Vienādas iespējas", "Equal opportunity"),
)

UNREGISTERED_STATUSES = _choices(
    ("no_information", "Nav informācijas vai tā nav ievadīta", "No information, or not entered"),
    ("starts_next_year", "Sāks mācības nākamajā mācību gadā", "Will start next school year"),
    (
        "lives_in_latvia_studies_abroad",
        "Dzīvo Latvijā, mācās citas valsts izglītības iestādē",
        "Lives in Latvia, studies in an institution of another country",
    ),
    (
        "expelled_preschool",
        "Atskaitīts no pirmsskolas par neapmeklēšanu",
        "Struck off preschool for not attending",
    ),
    ("family_preschool", "Pirmsskolas izglītību apgūst ģimenē", "Preschool education in the family"),
    ("long_ill", "Ilgstoši slimo", "Long-term ill"),
    ("low_or_no_marks", "Nav vērtējuma vai tas ir nepietiekams", "No marks or insufficient ones"),
    ("arrived", "Iebraucis no citas valsts", "Arrived from another country"),
    ("disabled", "Bērns ar invaliditāti", "Disabled"),
    ("left_country", "Ģimene izbraukusi no valsts", "The family has left the country"),
    ("foreign_citizens", "Citu valstu pilsoņi ar uzturēšanās atļauju", "Citizens of other countries"),
    (
        "ukraine_distance_learning",
        "Ukrainas civiliedzīvotāji, tālmācība Ukrainas skolās",
        "Ukrainians in distance learning",
    ),
    (
        "ukraine_no_information",
        "Ukrainas civiliedzīvotāji, informācijas nav",
        "Ukrainians without information",
    ),
)

FINANCE_CATEGORIES = _choices(
    ("teacher_pay", "Pedagogu atlīdzība", "Pay of teachers"),
    ("support_pay", "Pārējā personāla atlīdzība", "Pay of other staff"),
    ("premises", "Telpas un to uzturēšana", "Premises and their upkeep"),
    ("learning_materials", "Mācību līdzekļi", "Learning materials"),
    ("meals_transport", "Ēdināšana un pārvadājumi", "Meals and transport"),
)

SUBJECT_GROUPS = _choices(
    ("preschool", "Pirmsskola", "Preschool"),
    ("primary_grades", "Sākumskolas klases", "Primary grades"),
    ("latvian", "Latviešu valoda", "Latvian"),
    ("foreign_languages", "Svešvalodas", "Foreign languages"),
    ("mathematics", "Matemātika", "Mathematics"),
    ("science", "Dabaszinātnes", "Science"),
    ("social_sciences", "Sociālās zinātnes", "Social sciences"),
    ("technology_computing", "Tehnoloģijas un datorika", "Technology and computing"),
    ("arts_music", "Māksla un mūzika", "Arts and music"),
    ("health_sport", "Veselība un sports", "Health and sport"),
    ("special_support", "Speciālā izglītība un atbalsts", "Special education and support"),
    ("vocational", "Profesionālie priekšmeti", "Vocational subjects"),
)
