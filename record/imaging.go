package record

// ImagingStudy is a study with where its pictures are (FHIR ImagingStudy; DICOM).
type ImagingStudy struct {
	Entry
	StudyUID      string          `json:"studyUid,omitempty"`
	Accession     *Identifier     `json:"accession,omitempty"`
	Modalities    []Concept       `json:"modalities,omitempty"`
	Started       *Time           `json:"started,omitempty"`
	Description   string          `json:"description,omitempty"`
	Codes         []Concept       `json:"codes,omitempty"`
	Encounter     *Ref            `json:"encounter,omitempty"`
	BasedOn       []Ref           `json:"basedOn,omitempty"`
	Location      *Ref            `json:"location,omitempty"`
	Endpoints     []string        `json:"endpoints,omitempty"` // addresses of the archive
	Reasons       []Indication    `json:"reasons,omitempty"`
	SeriesCount   string          `json:"seriesCount,omitempty"`
	InstanceCount string          `json:"instanceCount,omitempty"`
	Series        []ImagingSeries `json:"series,omitempty"`
}

// ImagingSeries is a series of a study.
type ImagingSeries struct {
	UID         string            `json:"uid,omitempty"`
	Number      string            `json:"number,omitempty"`
	Modality    *Concept          `json:"modality,omitempty"`
	Description string            `json:"description,omitempty"`
	Count       string            `json:"count,omitempty"`
	BodySite    *BodySite         `json:"bodySite,omitempty"`
	Started     *Time             `json:"started,omitempty"`
	Endpoints   []string          `json:"endpoints,omitempty"`
	Performers  []Participation   `json:"performers,omitempty"`
	Instances   []ImagingInstance `json:"instances,omitempty"`
}

// ImagingInstance is one picture, of a study or as what something was seen on
// (DICOM SOP Instance; C-CDA SOP Instance Observation).
type ImagingInstance struct {
	UID     string      `json:"uid,omitempty"`   // SOP Instance UID
	Class   *Concept    `json:"class,omitempty"` // SOP Class UID
	Number  string      `json:"number,omitempty"`
	Title   string      `json:"title,omitempty"`
	Taken   *Time       `json:"taken,omitempty"`
	Content *Attachment `json:"content,omitempty"` // where the picture is (WADO)
	// Frames are the numbers of the frames meant, where not all are.
	Frames []string `json:"frames,omitempty"`
	// Purpose is why something refers to it (source of measurement …).
	Purpose *Concept `json:"purpose,omitempty"`
}
